-- The native copy becomes what the live records are: new ones are added, changed ones replaced; deleted and purged ones
-- leave. An id is one user's, whoever chose it. The fingerprint is of all that was read, so it finds every difference:
-- a change, a record restored under a version it had before, a column that the copy has had only since then.
MERGE INTO `${native}` AS copy
USING (
  SELECT user_id, ${shown}, FARM_FINGERPRINT(TO_JSON_STRING(lake)) AS fingerprint
  FROM `${lake}` AS lake
  WHERE deleted IS NOT TRUE AND ${every_month}
) AS live
ON copy.user_id = live.user_id AND copy.${id_column} = live.${id_column}
WHEN MATCHED AND copy.fingerprint IS DISTINCT FROM live.fingerprint THEN
  UPDATE SET ${assignments}
WHEN NOT MATCHED BY TARGET THEN
  INSERT (user_id, ${columns}, fingerprint)
  VALUES (user_id, ${columns}, fingerprint)
WHEN NOT MATCHED BY SOURCE THEN
  DELETE
