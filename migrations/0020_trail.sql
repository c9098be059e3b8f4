-- What a person did and bought is asked by person. PostgreSQL keeps an index by person up to date in
-- the background of its own; in SQLite every new row would write a page of such an index somewhere
-- else, which cost more than all the rest of an order. There the new entries lie together first, in
-- slots of time, and are sorted in later, many at once.
{sqlite}
create table trail (
    person_id bigint not null,
    -- 0 an event, 1 an order
    what bigint not null,
    at bigint not null,
    id bigint not null,
    primary key (person_id, what, at, id)
) clustered;

create table trail_new (
    slot bigint not null,
    person_id bigint not null,
    what bigint not null,
    at bigint not null,
    id bigint not null,
    primary key (slot, person_id, what, at, id)
) clustered;

-- the slots that have entries
create table trail_slot (slot bigint primary key);

insert into trail (person_id, what, at, id)
    select person_id, 0, at, id from event where person_id is not null
    union all select person_id, 1, placed_at, id from orders
    order by 1, 2, 3, 4;
drop index event_person;
drop index orders_person;

create view event_of as
    select person_id, at, id from trail where what = 0
    union all
    select n.person_id, n.at, n.id from trail_slot s cross join trail_new n where n.slot = s.slot and n.what = 0;

create view orders_of as
    select person_id, at, id from trail where what = 1
    union all
    select n.person_id, n.at, n.id from trail_slot s cross join trail_new n where n.slot = s.slot and n.what = 1;
{end}
{postgres}
create view event_of as select person_id, at, id from event where person_id is not null;

create view orders_of as select person_id, placed_at as at, id from orders;
{end}
