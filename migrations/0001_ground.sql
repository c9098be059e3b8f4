-- The log and its followers. Times are UTC milliseconds, truth is 0 or 1, documents are JSON text.
create table event (
    id bigint primary key {event_id},
    xid bigint not null default {xid},
    brand_id bigint not null,
    person_id bigint,
    name text not null,
    at bigint not null,
    received_at bigint not null,
    source text not null,
    touchpoint_id bigint,
    store_id bigint,
    actor text,
    value bigint,
    props text not null,
    dedupe text
);
create index event_person on event (person_id, at, id) where person_id is not null;
create index event_actor on event (brand_id, id) where actor is not null;
create unique index event_dedupe on event (brand_id, dedupe) where dedupe is not null;

create table reader (
    name text primary key,
    xid bigint not null,
    position bigint not null,
    updated_at bigint not null
);

create table reader_parked (
    name text not null,
    event_id bigint not null,
    error text not null,
    at bigint not null,
    primary key (name, event_id)
);

create table timer (
    kind text not null,
    key bigint not null,
    due_at bigint not null,
    brand_id bigint not null,
    tries bigint not null default 0,
    error text,
    primary key (kind, key)
) clustered;
create index timer_due on timer (due_at);

create table idempotency (
    key text not null,
    scope bigint not null,
    body bigint not null,
    answer text not null,
    at bigint not null,
    primary key (key, scope)
) clustered;
