-- A live code: what one printed touchpoint leads to, by rules that change. The current plan is the
-- row of live_code_version with its stamp; older versions stay.
create table live_code (
    id bigint primary key,
    brand_id bigint not null,
    touchpoint_id bigint not null,
    state text not null check (state in ('draft', 'active', 'retired')),
    zone text not null,
    from_at bigint,
    to_at bigint,
    hold_minutes bigint not null check (hold_minutes > 0),
    fallback text,
    version bigint not null,
    stamp bigint not null,
    created_at bigint not null,
    constraint live_code_of_touchpoint unique (touchpoint_id)
);
create index live_code_brand on live_code (brand_id, id);

create table live_code_version (
    live_code_id bigint not null,
    version bigint not null,
    stamp bigint not null,
    plan text not null,
    actor text not null,
    at bigint not null,
    primary key (live_code_id, version)
) clustered;

-- How many visitors a member (a staff id, or the id of a slot that leads to an address) was given on
-- a civil day: confirmed adds and live reservations over all codes. The guard of daily caps.
create table live_taken (
    brand_id bigint not null,
    member bigint not null,
    day bigint not null,
    taken bigint not null,
    primary key (brand_id, member, day)
) clustered;

-- How often a slot of a code had its turn on a civil day.
create table live_turn (
    live_code_id bigint not null,
    day bigint not null,
    slot_id bigint not null,
    turns bigint not null,
    primary key (live_code_id, day, slot_id)
) clustered;

-- A visitor who was shown a member of the staff, until it is known whether they added each other.
create table live_reservation (
    id bigint primary key,
    brand_id bigint not null,
    live_code_id bigint not null,
    person_id bigint not null,
    slot_id bigint not null,
    staff_id bigint not null,
    day bigint not null,
    state text not null check (state in ('held', 'added', 'expired')),
    until bigint not null,
    trace text not null,
    created_at bigint not null,
    added_at bigint
);
create unique index live_reservation_held on live_reservation (live_code_id, person_id) where state = 'held';
create index live_reservation_due on live_reservation (live_code_id, until) where state = 'held';
create index live_reservation_person on live_reservation (person_id, live_code_id);
create index live_reservation_code on live_reservation (live_code_id, id);

-- Where a store is, in millionths of a degree.
create table store_place (
    store_id bigint primary key,
    brand_id bigint not null,
    lat bigint not null,
    lng bigint not null
);

-- Machines that came by a touchpoint: led on, counted apart, nobody's visit.
create table touchpoint_machine (
    touchpoint_id bigint not null,
    day bigint not null,
    reason text not null,
    hits bigint not null,
    primary key (touchpoint_id, day, reason)
) clustered;
