create table touchpoint (
    id bigint primary key,
    brand_id bigint not null,
    code text not null,
    kind text not null,
    name text not null,
    status text not null check (status in ('active', 'paused')),
    store_id bigint,
    owner_id bigint,
    landing text not null,
    visits bigint not null default 0,
    created_at bigint not null,
    constraint touchpoint_code_taken unique (code)
);
create index touchpoint_brand on touchpoint (brand_id, id);
-- who came through a touchpoint, out of the log itself; other events do not pay for it
create index event_visited on event (touchpoint_id, at) where name = 'touchpoint.visited';

create table touchpoint_cost (
    id bigint primary key,
    brand_id bigint not null,
    touchpoint_id bigint not null,
    kind text not null check (kind in ('fixed', 'per_day', 'per_head')),
    amount bigint not null check (amount >= 0),
    -- civil days since 1970-01-01, both inclusive
    from_day bigint not null,
    to_day bigint,
    note text,
    created_at bigint not null
);
create index touchpoint_cost_of on touchpoint_cost (touchpoint_id);
create index touchpoint_cost_brand on touchpoint_cost (brand_id);

-- today's salt of the hashes of addresses and browsers; yesterday's is gone, so they cannot be undone
create table visit_salt (
    day bigint primary key,
    salt text not null
);

create table quarantine (
    id bigint primary key,
    brand_id bigint not null,
    source text not null,
    reason text not null,
    detail text not null,
    raw text not null,
    -- digest of source, reason and raw: what is sent again is kept once
    digest text not null,
    received_at bigint not null,
    constraint quarantine_once unique (brand_id, digest)
);
create index quarantine_brand on quarantine (brand_id, id);

create table import (
    id bigint primary key,
    brand_id bigint not null,
    kind text not null,
    name text not null,
    path text not null,
    bytes bigint not null,
    state text not null check (state in ('uploaded', 'checking', 'checked', 'running', 'done', 'cancelled', 'failed')),
    encoding text not null,
    delimiter text not null,
    columns text not null,
    mapping text not null,
    sample text not null,
    dry_run bigint not null,
    -- how far the file has been applied: row number and byte offset, moved with the rows themselves
    row bigint not null default 0,
    byte bigint not null default 0,
    rows_total bigint,
    rows_ok bigint not null default 0,
    rows_bad bigint not null default 0,
    error text,
    actor text,
    created_at bigint not null,
    finished_at bigint
);
create index import_brand on import (brand_id, id);
create index import_open on import (id) where state in ('checking', 'running');

create table import_reject (
    import_id bigint not null,
    row bigint not null,
    reason text not null,
    raw text not null,
    primary key (import_id, row)
) clustered;
