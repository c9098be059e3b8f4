create table person (
    id bigint primary key,
    brand_id bigint not null,
    -- the person this one was merged into, else itself; events keep the id they were written with
    root_id bigint not null,
    name text,
    phone text,
    email text,
    portrait text not null default '{}',
    stage text not null default 'prospect',
    stage_since bigint not null,
    -- known: has a strong identity
    known bigint not null default 0,
    -- when the person first became reachable
    joined_at bigint,
    touchpoint_id bigint,
    store_id bigint,
    guide_id bigint,
    -- effective orders: paid and not fully refunded
    orders bigint not null default 0,
    -- fen paid and sent back, over all orders
    paid bigint not null default 0,
    refunded bigint not null default 0,
    first_order_at bigint,
    last_order_at bigint,
    last_seen_at bigint,
    simulated bigint not null default 0,
    created_at bigint not null
);
create index person_brand on person (brand_id, id) where root_id = id;
create index person_root on person (root_id);
create index person_worth on person (brand_id, paid, id) where root_id = id;
create index person_stage on person (brand_id, stage) where root_id = id;
create index person_touchpoint on person (touchpoint_id) where touchpoint_id is not null;
create index person_store on person (store_id) where store_id is not null;

create table identity (
    brand_id bigint not null,
    kind text not null,
    value text not null,
    person_id bigint not null,
    strong bigint not null,
    created_at bigint not null,
    constraint identity_one_person unique (brand_id, kind, value)
);
create index identity_person on identity (person_id);

create table person_merge (
    loser_id bigint primary key,
    brand_id bigint not null,
    winner_id bigint not null,
    reason text not null,
    at bigint not null
);

create table tag (
    person_id bigint not null,
    tag text not null,
    brand_id bigint not null,
    source text not null,
    at bigint not null,
    primary key (person_id, tag)
) clustered;
create index tag_name on tag (brand_id, tag);

create table consent (
    id bigint primary key,
    brand_id bigint not null,
    person_id bigint not null,
    purpose text not null,
    channel text not null,
    status text not null check (status in ('granted', 'denied', 'withdrawn')),
    proof text,
    source text not null,
    at bigint not null
);
create index consent_person on consent (person_id, purpose, channel, at);
