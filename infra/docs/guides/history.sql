-- What records were before, for DuckDB over the bucket as it lies. First a view of the objects, for example
--   CREATE VIEW records AS SELECT *, audience_id AS id FROM read_parquet('audiences/**/*.parquet', hive_partitioning = 1);
-- (of platforms and distributions likewise), then this file:
--   SELECT * FROM versions WHERE id = 'aud_…';
--   SELECT * FROM as_of('aud_…', TIMESTAMPTZ '2025-03-03 00:00:00Z');

-- One row for each recorded change, newest first. `before` has the former values of the fields that it changed.
CREATE OR REPLACE VIEW versions AS
WITH entry AS (
  SELECT
    records.user_id,
    records.id,
    unnest(from_json(history -> '$.entries', '["JSON"]')) AS entry,
    generate_subscripts(from_json(history -> '$.entries', '["JSON"]'), 1) AS place
  FROM records
  -- An entry of an earlier release than the row says nothing of what came after it.
  WHERE CAST(history ->> '$.seen' AS BIGINT) = version
),
named AS (
  SELECT
    user_id,
    id,
    place,
    CAST(entry ->> '$.version' AS BIGINT) AS version,
    CAST(entry ->> '$.from_version' AS BIGINT) AS from_version,
    CAST(entry ->> '$.at' AS TIMESTAMPTZ) AS changed_at,
    -- Several changes of a draft share an entry: the first and the last time.
    CAST(coalesce(entry ->> '$.since', entry ->> '$.at') AS TIMESTAMPTZ) AS changed_since,
    entry ->> '$.by' AS changed_by,
    entry ->> '$.via' AS via,
    entry ->> '$.client_id' AS client_id,
    entry -> '$.before' AS before,
    coalesce(from_json(entry -> '$.omitted', '["VARCHAR"]'), []) AS omitted
  FROM entry
),
-- The past ends where an entry does not lead to the one before it.
linked AS (
  SELECT *, coalesce(lag(from_version) OVER (PARTITION BY user_id, id ORDER BY place), version) = version AS follows
  FROM named
)
SELECT * EXCLUDE (place, follows), list_concat(json_keys(before), omitted) AS changed
FROM linked
QUALIFY bool_and(follows) OVER (PARTITION BY user_id, id ORDER BY place)
ORDER BY user_id, id, version DESC;

-- The fields of a record as they were at a moment: as they are now, but for what was changed since. No rows where the
-- past that is kept does not reach back to it. `is_known` is false of a value that was too large to keep, or that
-- changed within an entry which has the moment in the middle.
CREATE OR REPLACE MACRO as_of(record_id, moment) AS TABLE
WITH newer AS (
  SELECT * FROM versions WHERE versions.id = record_id AND changed_at > moment
),
former AS (
  SELECT field, arg_min({'value': value, 'is_known': is_known}, version) AS was
  FROM (
    SELECT
      version,
      unnest(json_keys(before)) AS field,
      json_extract(before, '$."' || field || '"') AS value,
      changed_since > moment AS is_known
    FROM newer
    UNION ALL
    SELECT version, unnest(omitted) AS field, NULL AS value, false AS is_known FROM newer
  )
  GROUP BY field
),
present AS (
  SELECT unnest(json_keys(record)) AS field, json_extract(record, '$."' || field || '"') AS value
  FROM (
    SELECT to_json(records) AS record
    FROM records
    WHERE records.id = record_id
      AND (updated_at <= moment OR EXISTS (SELECT 1 FROM versions WHERE versions.id = record_id AND changed_since <= moment))
  )
)
SELECT
  field,
  CASE WHEN was IS NULL THEN present.value WHEN was.is_known THEN was.value END AS value,
  coalesce(was.is_known, true) AS is_known
FROM present LEFT JOIN former USING (field)
WHERE field NOT IN ('id', 'history', 'version', 'rev', 'updated_at', 'updated_by', 'client_id');
