-- How far each target is, a second time: for every period of the table `indicators` the plan of its programme year, what was done in that year
-- and in the programme up to the period's end, and the percentages of the plan and of what was promised.
-- Besides the tables of counts.sql its result must be there as a table named counts. The same text runs on DuckDB and Spark.
WITH plan_heads AS (
  SELECT
    record,
    max(CASE WHEN question = 'plan_year' THEN text_value END) AS plan_year,
    max(CASE WHEN question = 'plan_status' THEN text_value END) AS plan_status
  FROM answers
  WHERE form = 'annual_plan' AND row_path = '' AND question IN ('plan_year', 'plan_status')
  GROUP BY record
),
-- Of several approved plans of a year the one decided last.
newest_plans AS (
  SELECT
    h.record,
    h.plan_year,
    row_number() OVER (PARTITION BY h.plan_year ORDER BY r.day DESC, r.saved_at DESC, r.record DESC) AS place
  FROM plan_heads h JOIN records r ON r.record = h.record
  WHERE h.plan_status = 'approved'
),
plan_rows AS (
  SELECT
    record,
    row_path,
    max(CASE WHEN question = 'planned_target' THEN text_value END) AS target,
    max(CASE WHEN question = 'planned_number' THEN number_value END) AS planned
  FROM answers
  WHERE form = 'annual_plan' AND row_path LIKE 'plan_targets/%' AND question IN ('planned_target', 'planned_number')
  GROUP BY record, row_path
),
planned AS (
  SELECT n.plan_year, p.target, max(p.planned) AS planned
  FROM newest_plans n JOIN plan_rows p ON p.record = n.record
  WHERE n.place = 1 GROUP BY n.plan_year, p.target
)
SELECT
  i.period,
  i.target,
  p.planned,
  y.done AS year_done,
  c.done AS cumulative,
  y.done / nullif(p.planned, 0) * 100 AS percent_of_plan,
  c.done / nullif(i.promised, 0) * 100 AS percent_of_programme
FROM indicators i
LEFT JOIN planned p ON p.plan_year = CAST(i.year AS VARCHAR(4)) AND p.target = i.target
LEFT JOIN counts y ON y.period = concat(i.period, ' of its year') AND y.target = i.target AND y.reading = ''
LEFT JOIN counts c ON c.period = concat(i.period, ' so far') AND c.target = i.target AND c.reading = ''
WHERE i.reading = ''
