-- Segments: rules and who is in, by root person. `rule` is null for static ones.
create table segment (
    id bigint primary key,
    brand_id bigint not null,
    name text not null,
    note text,
    kind text not null check (kind in ('live', 'static')),
    state text not null check (state in ('building', 'live', 'stale', 'archived')),
    version bigint not null,
    rule text,
    -- kept on everybody who is in
    tag text,
    error text,
    actor text,
    created_at bigint not null,
    updated_at bigint not null
);
create index segment_brand on segment (brand_id, id);

create table segment_member (
    segment_id bigint not null,
    person_id bigint not null,
    since bigint not null,
    cause text not null,
    primary key (segment_id, person_id)
) clustered;
create index segment_member_person on segment_member (person_id);

-- who was put into a static segment, as the person was known then
create table segment_listed (
    segment_id bigint not null,
    person_id bigint not null,
    primary key (segment_id, person_id)
) clustered;
create index segment_listed_person on segment_listed (person_id);

-- when a person has to be looked at again because the clock alone may move them
create table segment_wake (
    person_id bigint primary key,
    brand_id bigint not null,
    due_at bigint not null
);

-- size at the end of a civil day (since 1970-01-01) and how many came and went on it
create table segment_day (
    segment_id bigint not null,
    day bigint not null,
    size bigint not null,
    entered bigint not null,
    gone bigint not null,
    primary key (segment_id, day)
) clustered;

-- what the auditor found and repaired
create table segment_mismatch (
    segment_id bigint not null,
    person_id bigint not null,
    at bigint not null,
    live bigint not null,
    batch bigint not null,
    primary key (segment_id, person_id, at)
) clustered;
