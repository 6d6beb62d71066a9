-- The native copy follows the live records: new ones are added, changed ones replaced, deleted ones leave. An id is one
-- user's, whoever chose it. Versions rise with every change; a restored object may have the versions, not the revs.
MERGE `${native}` AS copy
USING (
  SELECT user_id, ${columns}
  FROM `${lake}`
  WHERE deleted IS NOT TRUE AND ${every_month}
) AS live
ON copy.user_id = live.user_id AND copy.${id_column} = live.${id_column}
WHEN MATCHED AND (copy.version <> live.version OR copy.rev <> live.rev) THEN
  UPDATE SET ${assignments}
WHEN NOT MATCHED BY TARGET THEN
  INSERT (user_id, ${columns})
  VALUES (user_id, ${columns})
WHEN NOT MATCHED BY SOURCE THEN
  DELETE
