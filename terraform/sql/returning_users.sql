-- Users of each week, by the hash that logs know them by: those who had come in an earlier one, and new ones.
WITH weeks AS (
  SELECT DISTINCT TIMESTAMP_TRUNC(timestamp, ISOWEEK) AS week, JSON_VALUE(json_payload, '$.user_hash') AS user_hash
  FROM `${logs}`
  WHERE JSON_VALUE(json_payload, '$.user_hash') IS NOT NULL
)
SELECT week, COUNTIF(week > first_week) AS returning_users, COUNTIF(week = first_week) AS new_users
FROM (SELECT week, MIN(week) OVER (PARTITION BY user_hash) AS first_week FROM weeks)
GROUP BY week
