-- A person is the fold over its subjects (K8, K9). A subject that is alone, or was merged into
-- another one, keeps its own values in its row of `person`; a root with others behind it shows the
-- fold there, and its own values lie in `person_own`.
alter table person add column merged bigint not null default 0;

create table person_own (
    person_id bigint primary key,
    name text,
    phone text,
    email text,
    portrait text not null,
    stage text not null,
    stage_since bigint not null,
    known bigint not null,
    joined_at bigint,
    touchpoint_id bigint,
    store_id bigint,
    guide_id bigint,
    orders bigint not null,
    paid bigint not null,
    refunded bigint not null,
    first_order_at bigint,
    last_order_at bigint,
    last_seen_at bigint,
    simulated bigint not null
);

-- Joins of two subjects that were apart until then: the edges of a forest, never deleted.
alter table person_merge rename to person_merge_before;
create table person_merge (
    id bigint primary key,
    brand_id bigint not null,
    -- the subjects that were joined, and by which identities
    a_id bigint not null,
    b_id bigint not null,
    a_kind text,
    a_value text,
    b_kind text,
    b_value text,
    -- the persons as they stood then
    winner_id bigint not null,
    loser_id bigint not null,
    reason text not null,
    actor text,
    at bigint not null,
    undone_at bigint,
    undone_by text,
    undone_reason text
);
insert into person_merge (id, brand_id, a_id, b_id, winner_id, loser_id, reason, at)
    select loser_id, brand_id, winner_id, loser_id, winner_id, loser_id, reason, at from person_merge_before;
create index person_merge_a on person_merge (a_id) where undone_at is null;
create index person_merge_b on person_merge (b_id) where undone_at is null;
create index person_merge_value_a on person_merge (brand_id, a_kind, a_value) where undone_at is null and a_value is not null;
create index person_merge_value_b on person_merge (brand_id, b_kind, b_value) where undone_at is null and b_value is not null;
create index person_merge_at on person_merge (brand_id, at);

-- Merges from before: a winner's counters had the loser's added; what is left is its own.
create table person_before as
    select w.id as id, cast(sum(l.orders) as bigint) as orders, cast(sum(l.paid) as bigint) as paid,
        cast(sum(l.refunded) as bigint) as refunded
    from person w join person_merge_before m on m.winner_id = w.id join person l on l.id = m.loser_id group by w.id;
update person set merged = 1 where root_id <> id;
update person set merged = 1 where root_id = id and id in (select root_id from person where root_id <> id);
insert into person_own (person_id, name, phone, email, portrait, stage, stage_since, known, joined_at, touchpoint_id, store_id,
        guide_id, orders, paid, refunded, first_order_at, last_order_at, last_seen_at, simulated)
    select p.id, p.name, p.phone, p.email, p.portrait, p.stage, p.stage_since, p.known, p.joined_at, p.touchpoint_id, p.store_id,
        p.guide_id, p.orders - coalesce(b.orders, 0), p.paid - coalesce(b.paid, 0), p.refunded - coalesce(b.refunded, 0),
        p.first_order_at, p.last_order_at, p.last_seen_at, p.simulated
    from person p left join person_before b on b.id = p.id where p.merged = 1 and p.root_id = p.id;
update person set orders = orders - (select b.orders from person_before b where b.id = person.id),
        paid = paid - (select b.paid from person_before b where b.id = person.id),
        refunded = refunded - (select b.refunded from person_before b where b.id = person.id)
    where root_id <> id and id in (select id from person_before);
drop table person_before;
drop table person_merge_before;

-- Subjects that people decided are two humans: no rule joins them again.
create table person_apart (
    brand_id bigint not null,
    a_id bigint not null,
    b_id bigint not null,
    reason text not null,
    actor text,
    at bigint not null,
    primary key (a_id, b_id)
);
create index person_apart_b on person_apart (b_id);

-- What holds of consent for a person (root): merges keep the most restrictive until a newer grant.
create table consent_now (
    person_id bigint not null,
    brand_id bigint not null,
    purpose text not null,
    channel text not null,
    status text not null,
    consent_id bigint not null,
    at bigint not null,
    primary key (person_id, purpose, channel)
) clustered;
create index consent_now_brand on consent_now (brand_id, purpose, channel, status);
insert into consent_now (person_id, brand_id, purpose, channel, status, consent_id, at)
    select r.root_id, r.brand_id, r.purpose, r.channel, r.status, r.id, r.at from (
        select p.root_id as root_id, c.brand_id as brand_id, c.purpose as purpose, c.channel as channel, c.status as status,
            c.id as id, c.at as at,
            row_number() over (partition by p.root_id, c.purpose, c.channel order by c.at desc, c.id desc) as place
        from consent c join person p on p.id = c.person_id
    ) r where r.place = 1;

-- Identities: what speaks for the binding, since when it points where it points, and whether the
-- value is too widely shared to join anybody.
alter table identity add column evidence text not null default 'unknown';
alter table identity add column bound_at bigint;
alter table identity add column inert bigint not null default 0;
update identity set bound_at = created_at;

-- Every bind, move and unbind, so that a weak identity can be asked whose it was at a time.
create table identity_log (
    id bigint primary key,
    brand_id bigint not null,
    kind text not null,
    value text not null,
    -- the value as people may see it: shortened
    shown text not null,
    person_id bigint not null,
    verb text not null check (verb in ('bound', 'moved', 'unbound', 'inert', 'active')),
    evidence text not null,
    actor text,
    at bigint not null
);
create index identity_log_value on identity_log (brand_id, kind, value, id);
create index identity_log_person on identity_log (person_id, id);

-- Persons that came with a value which belonged to somebody else: counted against the hub limit.
create table identity_claim (
    brand_id bigint not null,
    kind text not null,
    value text not null,
    person_id bigint not null,
    evidence text not null,
    times bigint not null,
    first_at bigint not null,
    last_at bigint not null,
    primary key (brand_id, kind, value, person_id)
) clustered;
create index identity_claim_person on identity_claim (person_id);

-- Two persons that may be the same: for people to decide.
create table person_pair (
    id bigint primary key,
    brand_id bigint not null,
    a_id bigint not null,
    b_id bigint not null,
    kind text,
    value text,
    shown text,
    reason text not null,
    times bigint not null default 1,
    at bigint not null,
    last_at bigint not null,
    state text not null default 'open' check (state in ('open', 'merged', 'apart', 'moved')),
    decided_at bigint,
    decided_by text,
    constraint person_pair_once unique (a_id, b_id)
);
create index person_pair_open on person_pair (brand_id, state, last_at, id);
create index person_pair_b on person_pair (b_id);

-- Sync with another customer system: per brand and system, field by field, who wins.
create table sync_system (
    brand_id bigint not null,
    code text not null,
    fields text not null,
    at bigint not null,
    primary key (brand_id, code)
);

create table sync_run (
    id bigint primary key,
    brand_id bigint not null,
    system text not null,
    direction text not null check (direction in ('in', 'out')),
    actor text not null,
    at bigint not null,
    items bigint not null,
    created bigint not null,
    changed bigint not null,
    same bigint not null,
    refused bigint not null,
    sample text not null
);
create index sync_run_at on sync_run (brand_id, id);

-- What another system last said of a field, so that the newest word can be told.
create table sync_field (
    person_id bigint not null,
    system text not null,
    field text not null,
    digest text not null,
    at bigint not null,
    primary key (person_id, system, field)
) clustered;
