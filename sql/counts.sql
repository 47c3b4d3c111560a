-- The headline figures of forms/programme.toml, counted a second time from the exported data set: for every period of the table
-- `indicators`, one row for every reading of every target, in the columns (period, target, reading, done).
-- Views (or tables) named records, answers and indicators must be there: see docs/scale.md. The same text is meant for DuckDB and Spark.
WITH periods AS (
  SELECT DISTINCT period, from_day, to_day FROM indicators
),
inspections AS (
  SELECT
    record,
    max(CASE WHEN question = 'kind' THEN text_value END) AS kind,
    max(CASE WHEN question = 'conclusion' THEN text_value END) AS conclusion,
    max(CASE WHEN question = 'support_kind' THEN text_value END) AS support_kind,
    max(CASE WHEN question = 'establishment' THEN text_value END) AS establishment
  FROM answers
  WHERE form = 'machinery_inspection' AND row_path = ''
  GROUP BY record
),
accepted AS (
  SELECT
    p.period,
    i.record,
    i.establishment,
    CASE i.support_kind WHEN 'key' THEN 1 WHEN 'demonstration' THEN 2 WHEN 'machinery' THEN 3 WHEN 'cleaner_production' THEN 4 WHEN 'environment' THEN 5 END AS class
  FROM inspections i
  JOIN records r ON r.record = i.record
  JOIN periods p ON r.day BETWEEN p.from_day AND p.to_day
  WHERE i.kind = 'acceptance' AND i.conclusion = 'accepted' AND i.support_kind <> ''
),
-- An establishment counts once, in the first class that any of its acceptances has.
classes AS (
  SELECT period, establishment, min(class) AS class FROM accepted GROUP BY period, establishment
),
follow_ups AS (
  SELECT
    record,
    max(CASE WHEN question = 'establishment' THEN text_value END) AS establishment,
    max(CASE WHEN question = 'followup_point' THEN text_value END) AS followup_point,
    max(CASE WHEN question = 'material_cut_total' THEN number_value END) AS material_cut,
    max(CASE WHEN question = 'fuel_cut' THEN number_value END) AS fuel_cut,
    max(CASE WHEN question = 'fuel_toe_before' THEN number_value END) AS fuel_before,
    max(CASE WHEN question = 'energy_cut' THEN number_value END) AS energy_cut,
    max(CASE WHEN question = 'toe_before' THEN number_value END) AS energy_before,
    max(CASE WHEN question = 'new_rural_jobs' THEN number_value END) AS new_jobs,
    max(CASE WHEN question = 'rural_after' THEN number_value END) AS employed,
    max(CASE WHEN question = 'revenue_growth' THEN number_value END) AS growth,
    max(CASE WHEN question = 'revenue_before' THEN number_value END) AS revenue_before,
    max(CASE WHEN question = 'revenue_after' THEN number_value END) AS revenue_after
  FROM answers
  WHERE form = 'post_support_performance' AND row_path = ''
  GROUP BY record
),
ranked AS (
  SELECT
    p.period,
    f.*,
    row_number() OVER (PARTITION BY p.period, f.establishment ORDER BY r.day DESC, r.saved_at DESC, f.record DESC) AS newest,
    row_number() OVER (
      PARTITION BY p.period, f.establishment
      ORDER BY CASE WHEN f.followup_point = '12' THEN 0 ELSE 1 END, r.day DESC, r.saved_at DESC, f.record DESC
    ) AS preferred
  FROM follow_ups f
  JOIN records r ON r.record = f.record
  JOIN periods p ON r.day BETWEEN p.from_day AND p.to_day
),
newest AS (
  SELECT
    period,
    coalesce(sum(new_jobs), 0) AS new_jobs,
    coalesce(sum(employed), 0) AS employed
  FROM ranked WHERE newest = 1 GROUP BY period
),
-- Twelve months after support where there is such a follow-up, else the newest.
preferred AS (
  SELECT
    period,
    avg(material_cut) AS material_cut,
    100.0 * avg(CASE WHEN material_cut >= 15 THEN 1.0 WHEN material_cut < 15 THEN 0.0 END) AS material_share,
    sum(fuel_cut * fuel_before) / sum(CASE WHEN fuel_cut IS NOT NULL THEN fuel_before END) AS fuel_cut,
    sum(energy_cut * energy_before) / sum(CASE WHEN energy_cut IS NOT NULL THEN energy_before END) AS energy_cut,
    avg(fuel_cut) AS fuel_mean,
    100.0 * avg(CASE WHEN fuel_cut >= 15 THEN 1.0 WHEN fuel_cut < 15 THEN 0.0 END) AS fuel_share,
    avg(growth) AS growth,
    (sum(CASE WHEN revenue_before IS NOT NULL THEN revenue_after END) / sum(CASE WHEN revenue_after IS NOT NULL THEN revenue_before END) - 1) * 100 AS growth_of_totals
  FROM ranked WHERE preferred = 1 GROUP BY period
)
SELECT p.period, 'T-58' AS target, '' AS reading, CAST(count(DISTINCT a.establishment) AS DOUBLE) AS done FROM periods p LEFT JOIN accepted a ON a.period = p.period GROUP BY p.period
UNION ALL SELECT p.period, 'T-58', 'supports', CAST(count(a.record) AS DOUBLE) FROM periods p LEFT JOIN accepted a ON a.period = p.period GROUP BY p.period
UNION ALL SELECT p.period, 'T-DIEM', '', CAST(count(c.establishment) AS DOUBLE) FROM periods p LEFT JOIN classes c ON c.period = p.period AND c.class = 1 GROUP BY p.period
UNION ALL SELECT p.period, 'T-TD', '', CAST(count(c.establishment) AS DOUBLE) FROM periods p LEFT JOIN classes c ON c.period = p.period AND c.class = 2 GROUP BY p.period
UNION ALL SELECT p.period, 'T-MM', '', CAST(count(c.establishment) AS DOUBLE) FROM periods p LEFT JOIN classes c ON c.period = p.period AND c.class = 3 GROUP BY p.period
UNION ALL SELECT p.period, 'T-SX', '', CAST(count(c.establishment) AS DOUBLE) FROM periods p LEFT JOIN classes c ON c.period = p.period AND c.class = 4 GROUP BY p.period
UNION ALL SELECT p.period, 'T-MT', '', CAST(count(c.establishment) AS DOUBLE) FROM periods p LEFT JOIN classes c ON c.period = p.period AND c.class = 5 GROUP BY p.period
UNION ALL SELECT p.period, 'T-NL', '', f.material_cut FROM periods p LEFT JOIN preferred f ON f.period = p.period
UNION ALL SELECT p.period, 'T-NL', 'share', f.material_share FROM periods p LEFT JOIN preferred f ON f.period = p.period
UNION ALL SELECT p.period, 'T-NHL', '', f.fuel_cut FROM periods p LEFT JOIN preferred f ON f.period = p.period
UNION ALL SELECT p.period, 'T-NHL', 'energy', f.energy_cut FROM periods p LEFT JOIN preferred f ON f.period = p.period
UNION ALL SELECT p.period, 'T-NHL', 'mean', f.fuel_mean FROM periods p LEFT JOIN preferred f ON f.period = p.period
UNION ALL SELECT p.period, 'T-NHL', 'share', f.fuel_share FROM periods p LEFT JOIN preferred f ON f.period = p.period
UNION ALL SELECT p.period, 'T-VL', '', coalesce(n.new_jobs, 0) FROM periods p LEFT JOIN newest n ON n.period = p.period
UNION ALL SELECT p.period, 'T-VL', 'employed', coalesce(n.employed, 0) FROM periods p LEFT JOIN newest n ON n.period = p.period
UNION ALL SELECT p.period, 'T-DT', '', f.growth FROM periods p LEFT JOIN preferred f ON f.period = p.period
UNION ALL SELECT p.period, 'T-DT', 'ratio_of_totals', f.growth_of_totals FROM periods p LEFT JOIN preferred f ON f.period = p.period
