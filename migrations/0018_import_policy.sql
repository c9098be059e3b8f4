-- Who wins where a file of persons says something else than what is here, and what came of it.

-- a JSON object: default, fields, system; empty for the default
alter table import add column policy text not null default '{}';
-- a JSON object of counts: persons made, changed and as they were; of each field filled, changed and kept
alter table import add column outcome text not null default '{}';

-- rows of which a value was not taken: which and why, and the row as it came, both sealed
create table import_kept (
    import_id bigint not null,
    row bigint not null,
    reason text not null,
    raw text not null,
    primary key (import_id, row)
) clustered;
