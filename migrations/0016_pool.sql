-- Traffic pools (流量池): named sets of people who can be reached in one family of channels. Who is in
-- one is never written down: it follows from the identities. A brand without rows has the built-in pools.
create table pool (
    brand_id bigint not null,
    code text not null,
    zh text not null,
    en text not null,
    strength text not null check (strength in ('strong', 'weak')),
    position bigint not null,
    created_at bigint not null,
    -- An ended pool keeps its code, so that what was said of it stays true.
    ended_at bigint,
    primary key (brand_id, code)
);

-- A kind of identity belongs to one pool at most.
create table pool_kind (
    brand_id bigint not null,
    kind text not null,
    code text not null,
    constraint pool_kind_once primary key (brand_id, kind)
);
