-- whose word counts for an attribute, the strongest first, as a JSON list: ["imported","operator"];
-- a source that is not named is not taken. Null: as built in.
alter table attribute add column sources text;

-- who left a segment since when: the portrait compares with them. The id of the segment stands at a
-- fixed place of the props, which the server itself writes.
create index event_segment_left on event (brand_id, substr(props, 13, 17), at) where name = 'segment.left';
