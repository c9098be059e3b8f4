-- Quarantine that can be replayed: what the request said around the message, and what became of it.
alter table quarantine add column state text not null default 'open';
-- a JSON object: call, trust, sent, context
alter table quarantine add column around text not null default '{}';
-- longer than what is kept: cannot be replayed
alter table quarantine add column cut bigint not null default 0;
-- how often it came
alter table quarantine add column times bigint not null default 1;
alter table quarantine add column resolved_at bigint;
alter table quarantine add column resolved_by text;
create index quarantine_open on quarantine (brand_id, state, reason, id);

-- The catalogue: what names of events and properties have been seen.
create table catalogue_event (
    brand_id bigint not null,
    name text not null,
    source text not null,
    first_at bigint not null,
    last_at bigint not null,
    total bigint not null,
    -- events whose properties were looked at
    sampled bigint not null default 0,
    primary key (brand_id, name)
) clustered;

-- volumes by civil day of the brand; what a rule kept out is counted by the intake itself
create table catalogue_day (
    brand_id bigint not null,
    name text not null,
    day bigint not null,
    taken bigint not null,
    blocked bigint not null,
    primary key (brand_id, name, day)
) clustered;
create index catalogue_day_on on catalogue_day (brand_id, day);

create table catalogue_property (
    brand_id bigint not null,
    event text not null,
    property text not null,
    -- a JSON object: type to how often it was sampled
    types text not null,
    sampled bigint not null,
    -- masked where it is personal
    sample text not null,
    -- none, phone, email, id_number, name, address, network; found by shape and name, or set by hand
    pii text not null,
    pii_by text,
    first_at bigint not null,
    last_at bigint not null,
    primary key (brand_id, event, property)
) clustered;

-- Rules that the intake applies before the log.
create table intake_rule (
    id bigint primary key,
    brand_id bigint not null,
    kind text not null check (kind in ('block_event', 'rename_event', 'rename_property', 'drop_property', 'mask_property')),
    -- the event as it comes; empty for every event
    event text not null,
    -- the property as it comes; empty for rules about events
    property text not null,
    -- the new name, of a renaming
    target text,
    applied bigint not null default 0,
    applied_at bigint,
    created_at bigint not null,
    created_by text not null,
    constraint intake_rule_once unique (brand_id, event, property)
);
