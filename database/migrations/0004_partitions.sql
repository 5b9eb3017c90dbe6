-- Partitions by month, bounded by the lowest UUID v7 of that month.

CREATE FUNCTION uuid_v7_floor(moment timestamptz) RETURNS uuid
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid;

-- RFC 9562, 5.7, for rows that are born in a statement (PostgreSQL before 18 has no uuidv7()).
CREATE FUNCTION new_uuid_v7() RETURNS uuid
  LANGUAGE sql VOLATILE PARALLEL SAFE
  RETURN (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
    || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid;

-- Makes the partitions of last month (clocks differ), this one and `months_ahead` more; says how many were new.
CREATE FUNCTION make_partitions(months_ahead integer) RETURNS integer LANGUAGE plpgsql SET timezone TO 'UTC' AS $$
DECLARE
  parent text;
  month  timestamptz;
  child  text;
  made   integer = 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('make_partitions'));
  FOREACH parent IN ARRAY ARRAY['messages', 'message_parts', 'part_submissions', 'message_events', 'credit_locks',
                                'ledger_entries'] LOOP
    FOR step IN -1 .. months_ahead LOOP
      month = date_trunc('month', now(), 'UTC') + make_interval(months => step);
      child = format('%s_%s', parent, to_char(month AT TIME ZONE 'UTC', 'YYYY_MM'));
      IF to_regclass(child) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child, parent,
          uuid_v7_floor(month), uuid_v7_floor(month + interval '1 month'));
        made = made + 1;
      END IF;
    END LOOP;
  END LOOP;
  RETURN made;
END $$;

SELECT make_partitions(3);
