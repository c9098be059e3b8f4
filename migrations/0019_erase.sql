-- Erasure: a person's row stays as a tombstone, so that orders, money and counts still add up; nothing
-- on it tells who it was.
alter table person add column erased_at bigint;

-- A receipt of each erasure: who asked for it, what was removed, and since when nothing is left.
create table erasure (
    id bigint primary key,
    brand_id bigint not null,
    person_id bigint not null,
    actor text not null,
    reason text not null,
    at bigint not null,
    -- since when no event of the person is in the columns for segments and questions, nor in their files
    lake_at bigint,
    -- what is still to be looked for, sealed; gone when it is finished
    work text,
    -- a JSON object: what was removed, how many of it
    counts text not null,
    finished_at bigint,
    constraint erasure_once unique (person_id)
);
create index erasure_brand on erasure (brand_id, id);

create index buyer_session_person on buyer_session (person_id);

-- Keyed digests of identities of erased persons: files and other systems do not bring them back.
create table suppressed (
    brand_id bigint not null,
    kind text not null,
    digest text not null,
    at bigint not null,
    primary key (brand_id, kind, digest)
) clustered;
