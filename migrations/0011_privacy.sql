-- What tells a person apart is sealed (AES-256-GCM) with a key that lies outside of the database;
-- it is found again by a keyed digest, the blind index.

-- a digest by which a wrong key is known before anything is written with it
create table seal_key (
    version bigint primary key,
    proof text not null,
    created_at bigint not null
);

-- steps of sealing what older programs wrote that are done
create table sealing (
    step text primary key,
    rows_sealed bigint not null,
    done_at bigint not null
);

-- the value itself where `value` is only its index
alter table identity add column sealed text;

alter table person add column phone_index text;
-- of the last four digits
alter table person add column phone_tail text;
alter table person add column email_index text;
alter table person_own add column phone_index text;
alter table person_own add column phone_tail text;
alter table person_own add column email_index text;
create index person_phone on person (brand_id, phone_index) where phone_index is not null;
create index person_phone_tail on person (brand_id, phone_tail) where phone_tail is not null;
create index person_email on person (brand_id, email_index) where email_index is not null;

-- codes live ten minutes; those of the old program would be looked for by another key
delete from login_code;
