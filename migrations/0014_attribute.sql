-- Attributes that a brand adds to the built-in portrait; a row with the key of a built-in one
-- gives it other names or an age after which weaker sources may speak again.
create table attribute (
    brand_id bigint not null,
    key text not null,
    zh text not null,
    en text not null,
    kind text not null check (kind in ('text', 'number', 'bool', 'date', 'enum')),
    -- a JSON list of the values of an enum
    options text not null,
    pii text not null check (pii in ('none', 'personal', 'sensitive')),
    -- sealed values that can be found whole
    searchable bigint not null,
    max_age_days bigint,
    archived bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (brand_id, key)
) clustered;

-- who said each value of `portrait`, and when: {"gender":{"by":"declared","at":…}}
alter table person add column portrait_said text not null default '{}';
alter table person_own add column portrait_said text not null default '{}';

-- values that tell a person apart, by subject: sealed, found by their blind index
create table person_secret (
    person_id bigint not null,
    key text not null,
    brand_id bigint not null,
    sealed text not null,
    blind text,
    source text not null,
    at bigint not null,
    primary key (person_id, key)
) clustered;
create index person_secret_blind on person_secret (brand_id, blind) where blind is not null;

-- A tag holds while at least one source asserts it.
alter table tag rename to tag_before;
create table tag (
    person_id bigint not null,
    tag text not null,
    brand_id bigint not null,
    source text not null,
    at bigint not null,
    primary key (person_id, tag, source)
) clustered;
insert into tag (person_id, tag, brand_id, source, at) select person_id, tag, brand_id, source, at from tag_before;
drop table tag_before;
create index tag_name on tag (brand_id, tag);

-- assertions of rules that do not count for now: a person took the tag off, or another tag of an
-- exclusive group holds
create table tag_muted (
    person_id bigint not null,
    tag text not null,
    brand_id bigint not null,
    source text not null,
    at bigint not null,
    primary key (person_id, tag, source)
) clustered;
create index tag_muted_name on tag_muted (brand_id, tag);

-- tags that somebody took off by hand: rules do not put them back until this is cleared
create table tag_removed (
    person_id bigint not null,
    tag text not null,
    brand_id bigint not null,
    actor text,
    at bigint not null,
    primary key (person_id, tag)
) clustered;
create index tag_removed_name on tag_removed (brand_id, tag);

create table tag_group (
    id bigint primary key,
    brand_id bigint not null,
    name text not null,
    colour text not null,
    -- a person has at most one tag of it
    exclusive bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    constraint tag_group_name unique (brand_id, name)
);

create table tag_in_group (
    brand_id bigint not null,
    tag text not null,
    group_id bigint not null,
    primary key (brand_id, tag)
) clustered;
create index tag_in_group_group on tag_in_group (group_id);
