-- Two that begin the same message at once conflict in the primary key, which their statement settles. In a second unique
-- index they would meet too, now and then before it, and there one of them failed: the id needs to be found, and is a
-- message's own anyhow.
ALTER TABLE inbound_assemblies DROP CONSTRAINT inbound_assemblies_id_key;
CREATE INDEX inbound_assemblies_id ON inbound_assemblies (id);
