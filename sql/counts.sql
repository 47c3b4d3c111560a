-- Every figure of forms/programme.toml, counted a second time from the exported data set: for every period of the table `indicators`
-- one row for every reading of every target, in the columns (period, target, reading, done); and for what `2027-H1 of its year` and
-- `2027-H1 so far` say, from which progress.sql goes on.
-- Views (or tables) named records, answers, indicators and lists must be there: see docs/scale.md. The same text runs on DuckDB and Spark.
WITH asked AS (
  SELECT DISTINCT period, from_day, to_day, year_from, programme_from, counted_on FROM indicators
),
-- A period; the programme year in which it ends, up to its end; the programme up to its end.
periods AS (
  SELECT period, from_day, to_day, counted_on FROM asked
  UNION ALL SELECT concat(period, ' of its year'), year_from, to_day, counted_on FROM asked
  UNION ALL SELECT concat(period, ' so far'), programme_from, to_day, counted_on FROM asked
),
-- The years of the programme that a period touches and that had begun when it was counted; a half-year is cut out of its year.
period_years AS (
  SELECT
    p.period,
    y.period AS year,
    CASE WHEN y.from_day > p.from_day THEN y.from_day ELSE p.from_day END AS from_day,
    CASE WHEN y.to_day < p.to_day THEN y.to_day ELSE p.to_day END AS to_day
  FROM periods p
  JOIN periods y ON length(y.period) = 4 AND y.from_day <= p.to_day AND y.to_day >= p.from_day AND (y.from_day <= p.counted_on OR y.from_day <= p.from_day)
),

-- ---- Records, one row each.
inspections AS (
  SELECT
    record,
    max(CASE WHEN question = 'kind' THEN text_value END) AS kind,
    max(CASE WHEN question = 'conclusion' THEN text_value END) AS conclusion,
    max(CASE WHEN question = 'support_kind' THEN text_value END) AS support_kind,
    max(CASE WHEN question = 'establishment' THEN text_value END) AS establishment
  FROM answers
  WHERE form = 'machinery_inspection' AND row_path = '' AND question IN ('kind', 'conclusion', 'support_kind', 'establishment')
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
kinds AS (
  SELECT
    p.period,
    count(c.class) AS all_kinds,
    count(CASE WHEN c.class = 1 THEN 1 END) AS key_projects,
    count(CASE WHEN c.class = 2 THEN 1 END) AS demonstrations,
    count(CASE WHEN c.class = 3 THEN 1 END) AS machinery,
    count(CASE WHEN c.class = 4 THEN 1 END) AS cleaner_production,
    count(CASE WHEN c.class = 5 THEN 1 END) AS environment
  FROM periods p LEFT JOIN classes c ON c.period = p.period GROUP BY p.period
),
follow_ups AS (
  SELECT
    record,
    max(CASE WHEN question = 'establishment' THEN text_value END) AS establishment,
    max(CASE WHEN question = 'followup_point' THEN text_value END) AS followup_point,
    max(CASE WHEN question = 'before_from' THEN text_value END) AS before_from,
    max(CASE WHEN question = 'after_from' THEN text_value END) AS after_from,
    max(CASE WHEN question = 'before_months' THEN number_value END) AS before_months,
    max(CASE WHEN question = 'after_months' THEN number_value END) AS after_months,
    max(CASE WHEN question = 'material_cut_total' THEN number_value END) AS material_cut,
    max(CASE WHEN question = 'fuel_cut' THEN number_value END) AS fuel_cut,
    max(CASE WHEN question = 'fuel_toe_before' THEN number_value END) AS fuel_before,
    max(CASE WHEN question = 'energy_cut' THEN number_value END) AS energy_cut,
    max(CASE WHEN question = 'toe_before' THEN number_value END) AS energy_before,
    max(CASE WHEN question = 'new_rural_jobs' THEN number_value END) AS new_jobs,
    max(CASE WHEN question = 'rural_after' THEN number_value END) AS employed,
    max(CASE WHEN question = 'revenue_growth' THEN number_value END) AS growth,
    max(CASE WHEN question = 'revenue_before' THEN number_value END) AS revenue_before,
    max(CASE WHEN question = 'revenue_after' THEN number_value END) AS revenue_after,
    max(CASE WHEN question = 'new_standard_products' THEN number_value END) AS new_standard_products,
    max(CASE WHEN question = 'new_exported_products' THEN number_value END) AS new_exported_products
  FROM answers
  WHERE form = 'post_support_performance' AND row_path = '' AND question IN (
    'establishment', 'followup_point', 'before_from', 'after_from', 'before_months', 'after_months', 'material_cut_total', 'fuel_cut', 'fuel_toe_before',
    'energy_cut', 'toe_before', 'new_rural_jobs', 'rural_after', 'revenue_growth', 'revenue_before', 'revenue_after', 'new_standard_products',
    'new_exported_products'
  )
  GROUP BY record
),
-- Before and after are compared only where they cover the same months of the year.
followed AS (
  SELECT
    p.period,
    r.day,
    r.saved_at,
    f.*,
    CASE WHEN f.before_months = f.after_months AND (f.before_months % 12 = 0 OR substr(f.before_from, 6, 2) = substr(f.after_from, 6, 2)) THEN 1 ELSE 0 END AS same_season
  FROM follow_ups f
  JOIN records r ON r.record = f.record
  JOIN periods p ON r.day BETWEEN p.from_day AND p.to_day
),
newest_follow_up AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY period, establishment ORDER BY day DESC, saved_at DESC, record DESC) AS place
  FROM followed
),
newest AS (
  SELECT
    period,
    sum(new_jobs) AS new_jobs,
    sum(employed) AS employed,
    sum(new_standard_products) AS standard_products,
    sum(new_exported_products) AS exported_products
  FROM newest_follow_up WHERE place = 1 GROUP BY period
),
-- Twelve months after support where there is such a follow-up, else the newest, of those that compare like seasons.
preferred_follow_up AS (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY period, establishment
      ORDER BY CASE WHEN followup_point = '12' THEN 0 ELSE 1 END, day DESC, saved_at DESC, record DESC
    ) AS place
  FROM followed WHERE same_season = 1
),
preferred AS (
  SELECT
    period,
    avg(material_cut) AS material_cut,
    100.0E0 * avg(CASE WHEN material_cut >= 15 THEN 1.0E0 WHEN material_cut < 15 THEN 0.0E0 END) AS material_share,
    sum(fuel_cut * fuel_before) / nullif(sum(CASE WHEN fuel_cut IS NOT NULL THEN fuel_before END), 0) AS fuel_cut,
    sum(energy_cut * energy_before) / nullif(sum(CASE WHEN energy_cut IS NOT NULL THEN energy_before END), 0) AS energy_cut,
    avg(fuel_cut) AS fuel_mean,
    100.0E0 * avg(CASE WHEN fuel_cut >= 15 THEN 1.0E0 WHEN fuel_cut < 15 THEN 0.0E0 END) AS fuel_share,
    avg(growth) AS growth,
    (sum(CASE WHEN revenue_before IS NOT NULL THEN revenue_after END) / nullif(sum(CASE WHEN revenue_after IS NOT NULL THEN revenue_before END), 0) - 1) * 100 AS growth_of_totals
  FROM preferred_follow_up WHERE place = 1 GROUP BY period
),
surveys AS (
  SELECT
    record,
    max(CASE WHEN question = 'establishment' THEN text_value END) AS establishment,
    max(CASE WHEN question = 'collaborator' THEN text_value END) AS collaborator,
    max(CASE WHEN question = 'needs' THEN text_value END) AS needs,
    max(CASE WHEN question = 'agro_revenue' THEN number_value END) AS agro_revenue,
    max(CASE WHEN question = 'deep_revenue' THEN number_value END) AS deep_revenue,
    max(CASE WHEN question = 'deep_processing_share' THEN number_value END) AS deep_share
  FROM answers
  WHERE form = 'establishment_survey' AND row_path = ''
    AND question IN ('establishment', 'collaborator', 'needs', 'agro_revenue', 'deep_revenue', 'deep_processing_share')
  GROUP BY record
),
surveyed AS (
  SELECT p.period, r.day, r.saved_at, s.*
  FROM surveys s
  JOIN records r ON r.record = s.record
  JOIN periods p ON r.day BETWEEN p.from_day AND p.to_day
),
informed AS (
  SELECT
    period,
    count(DISTINCT establishment) AS establishments,
    count(DISTINCT CASE WHEN needs <> '' AND concat(' ', needs, ' ') NOT LIKE '% none %' THEN establishment END) AS with_need,
    count(*) AS surveys
  FROM surveyed GROUP BY period
),
newest_agro AS (
  SELECT *, row_number() OVER (PARTITION BY period, establishment ORDER BY day DESC, saved_at DESC, record DESC) AS place
  FROM surveyed WHERE agro_revenue > 0
),
processing AS (
  SELECT
    period,
    sum(deep_revenue * 100) / nullif(sum(CASE WHEN deep_revenue IS NOT NULL THEN agro_revenue END), 0) AS by_revenue,
    avg(deep_share) AS by_establishment
  FROM newest_agro WHERE place = 1 GROUP BY period
),
products_of_surveys AS (
  SELECT
    record,
    count(DISTINCT CASE WHEN question = 'channels' AND concat(' ', text_value, ' ') LIKE '% supermarkets %' THEN row_path END) AS in_supermarkets,
    count(DISTINCT CASE WHEN question = 'exported_share' AND number_value > 0 THEN row_path END) AS exported
  FROM answers
  WHERE form = 'establishment_survey' AND row_path LIKE 'products/%' AND question IN ('channels', 'exported_share')
  GROUP BY record
),
newest_survey AS (
  SELECT *, row_number() OVER (PARTITION BY period, establishment ORDER BY day DESC, saved_at DESC, record DESC) AS place
  FROM surveyed
),
channels AS (
  SELECT s.period, sum(p.in_supermarkets) AS in_supermarkets, sum(p.exported) AS exported
  FROM newest_survey s JOIN products_of_surveys p ON p.record = s.record WHERE s.place = 1 GROUP BY s.period
),
recognitions AS (
  SELECT
    record,
    max(CASE WHEN question = 'recognition' THEN text_value END) AS recognition,
    max(CASE WHEN question = 'title_level' THEN text_value END) AS title_level,
    max(CASE WHEN question = 'supported' THEN text_value END) AS supported,
    max(CASE WHEN question = 'product_key' THEN text_value END) AS product_key
  FROM answers
  WHERE form = 'product_recognition' AND row_path = '' AND question IN ('recognition', 'title_level', 'supported', 'product_key')
  GROUP BY record
),
recognised AS (
  SELECT
    p.period,
    count(DISTINCT CASE WHEN s.recognition = 'typical' AND s.title_level = 'provincial' THEN s.product_key END) AS provincial,
    count(CASE WHEN s.recognition = 'typical' AND s.title_level = 'provincial' THEN 1 END) AS provincial_certificates,
    count(DISTINCT CASE WHEN s.recognition = 'typical' AND s.title_level = 'regional' THEN s.product_key END) AS regional,
    count(CASE WHEN s.recognition = 'typical' AND s.title_level = 'regional' THEN 1 END) AS regional_certificates,
    count(DISTINCT CASE WHEN s.recognition = 'typical' AND s.title_level = 'national' THEN s.product_key END) AS national,
    count(CASE WHEN s.recognition = 'typical' AND s.title_level = 'national' THEN 1 END) AS national_certificates,
    count(DISTINCT CASE WHEN s.recognition = 'export_standard' AND s.supported = 'yes' THEN s.product_key END) AS standards,
    count(DISTINCT CASE WHEN s.recognition = 'export_standard' THEN s.product_key END) AS standards_all,
    count(DISTINCT CASE WHEN s.recognition = 'first_export' AND s.supported = 'yes' THEN s.product_key END) AS exports,
    count(DISTINCT CASE WHEN s.recognition = 'first_export' THEN s.product_key END) AS exports_all
  FROM recognitions s
  JOIN records r ON r.record = s.record
  JOIN periods p ON r.day BETWEEN p.from_day AND p.to_day
  GROUP BY p.period
),
events AS (
  SELECT
    record,
    max(CASE WHEN question = 'event_kind' THEN text_value END) AS event_kind,
    max(CASE WHEN question = 'fair_scope' THEN text_value END) AS fair_scope,
    max(CASE WHEN question = 'event_code' THEN text_value END) AS event_code,
    max(CASE WHEN question = 'upkeep_state' THEN text_value END) AS upkeep_state,
    max(CASE WHEN question = 'participants_total' THEN number_value END) AS people,
    max(CASE WHEN question = 'participants_collaborators' THEN number_value END) AS collaborators,
    max(CASE WHEN question = 'copies' THEN number_value END) AS copies
  FROM answers
  WHERE form = 'programme_event' AND row_path = ''
    AND question IN ('event_kind', 'fair_scope', 'event_code', 'upkeep_state', 'participants_total', 'participants_collaborators', 'copies')
  GROUP BY record
),
held AS (
  SELECT p.period, r.day, r.saved_at, e.*
  FROM events e
  JOIN records r ON r.record = e.record
  JOIN periods p ON r.day BETWEEN p.from_day AND p.to_day
),
held_counts AS (
  SELECT
    period,
    count(DISTINCT CASE WHEN event_kind = 'fair' AND fair_scope = 'domestic' THEN event_code END) AS fairs,
    count(DISTINCT CASE WHEN event_kind = 'fair' THEN event_code END) AS fairs_all,
    count(DISTINCT CASE WHEN event_kind = 'cp_training' THEN event_code END) AS cp_trainings,
    sum(CASE WHEN event_kind = 'cp_training' THEN people END) AS cp_people,
    count(DISTINCT CASE WHEN event_kind = 'management_training' THEN event_code END) AS trainings,
    sum(CASE WHEN event_kind = 'management_training' THEN people END) AS training_people,
    count(DISTINCT CASE WHEN event_kind = 'award_provincial' THEN event_code END) AS awards_provincial,
    count(DISTINCT CASE WHEN event_kind = 'award_regional' THEN event_code END) AS awards_regional,
    count(DISTINCT CASE WHEN event_kind = 'award_national' THEN event_code END) AS awards_national,
    count(DISTINCT CASE WHEN event_kind = 'broadcast' THEN event_code END) AS broadcasts,
    count(DISTINCT CASE WHEN event_kind = 'publication' THEN event_code END) AS publications,
    sum(CASE WHEN event_kind = 'publication' THEN copies END) AS copies,
    count(DISTINCT CASE WHEN event_kind = 'staff_class' THEN event_code END) AS classes,
    sum(CASE WHEN event_kind = 'staff_class' THEN people END) AS class_people,
    sum(CASE WHEN event_kind = 'staff_class' THEN collaborators END) AS class_collaborators,
    count(DISTINCT CASE WHEN event_kind = 'study_trip' THEN event_code END) AS trips,
    sum(CASE WHEN event_kind = 'study_trip' THEN people END) AS trip_people,
    count(DISTINCT CASE WHEN event_kind IN ('workshop', 'review') THEN event_code END) AS workshops,
    count(DISTINCT CASE WHEN event_kind = 'review' THEN event_code END) AS reviews,
    count(DISTINCT CASE WHEN event_kind = 'commendation' THEN event_code END) AS commendations,
    count(CASE WHEN event_kind IN ('review', 'commendation') THEN 1 END) AS reviews_and_commendations
  FROM held GROUP BY period
),
-- The newest statement of a period about something that is kept up.
upkeep AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY period, event_kind ORDER BY day DESC, saved_at DESC, record DESC) AS place
  FROM held WHERE event_kind IN ('website', 'showroom')
),
kept_up AS (
  SELECT
    period,
    max(CASE WHEN event_kind = 'website' AND coalesce(upkeep_state, '') <> 'stopped' THEN 1 ELSE 0 END) AS website,
    max(CASE WHEN event_kind = 'showroom' AND coalesce(upkeep_state, '') <> 'stopped' THEN 1 ELSE 0 END) AS showroom
  FROM upkeep WHERE place = 1 GROUP BY period
),
rows_of_events AS (
  SELECT record, row_path, max(CASE WHEN question = 'attending' THEN text_value END) AS attending
  FROM answers
  WHERE form = 'programme_event' AND (row_path LIKE 'attendances/%' OR row_path LIKE 'airings/%')
  GROUP BY record, row_path
),
attendances AS (
  SELECT
    h.period,
    count(CASE WHEN a.row_path LIKE 'attendances/%' AND h.event_kind IN ('fair', 'trade_promotion') THEN 1 END) AS attendances,
    count(DISTINCT CASE WHEN a.row_path LIKE 'attendances/%' AND h.event_kind IN ('fair', 'trade_promotion') THEN a.attending END) AS establishments,
    count(CASE WHEN a.row_path LIKE 'attendances/%' AND h.event_kind = 'fair' THEN 1 END) AS at_fairs,
    count(CASE WHEN a.row_path LIKE 'airings/%' AND h.event_kind = 'broadcast' THEN 1 END) AS airings
  FROM held h JOIN rows_of_events a ON a.record = h.record GROUP BY h.period
),
communes AS (
  SELECT
    record,
    max(CASE WHEN question = 'commune' THEN text_value END) AS commune,
    max(CASE WHEN question = 'programme_state' THEN text_value END) AS programme_state,
    max(CASE WHEN question = 'budget_allocated' THEN number_value END) AS budget,
    max(CASE WHEN question = 'report_sent' THEN text_value END) AS report_sent,
    max(CASE WHEN question = 'report_period' THEN text_value END) AS report_period,
    max(CASE WHEN question = 'period_key' THEN text_value END) AS period_key
  FROM answers
  WHERE form = 'commune_status' AND row_path = ''
    AND question IN ('commune', 'programme_state', 'budget_allocated', 'report_sent', 'report_period', 'period_key')
  GROUP BY record
),
commune_counts AS (
  SELECT
    p.period,
    count(DISTINCT CASE WHEN c.programme_state = 'approved' THEN c.commune END) AS approved,
    count(DISTINCT CASE WHEN c.budget > 0 THEN c.commune END) AS with_budget
  FROM communes c
  JOIN records r ON r.record = c.record
  JOIN periods p ON r.day BETWEEN p.from_day AND p.to_day
  GROUP BY p.period
),
plans AS (
  SELECT
    record,
    max(CASE WHEN question = 'plan_year' THEN text_value END) AS plan_year,
    max(CASE WHEN question = 'plan_status' THEN text_value END) AS plan_status,
    max(CASE WHEN question = 'procedures_issued' THEN text_value END) AS procedures_issued
  FROM answers
  WHERE form = 'annual_plan' AND row_path = '' AND question IN ('plan_year', 'plan_status', 'procedures_issued')
  GROUP BY record
),

-- ---- What is counted year by year; the figure is the mean over the years begun.
contracts AS (
  SELECT y.period, y.year, count(l.name) AS contracts
  FROM period_years y
  LEFT JOIN lists l ON l.list = 'lists/collaborators.csv' AND l.field = 'contract_years' AND concat(' ', l.text_value, ' ') LIKE concat('% ', y.year, ' %')
  GROUP BY y.period, y.year
),
active AS (
  SELECT y.period, y.year, count(DISTINCT CASE WHEN s.collaborator <> 'other' AND s.collaborator <> '' THEN s.collaborator END) AS active
  FROM period_years y
  LEFT JOIN surveyed s ON s.period = y.period AND s.day BETWEEN y.from_day AND y.to_day
  GROUP BY y.period, y.year
),
planned AS (
  SELECT
    y.period,
    y.year,
    count(DISTINCT CASE WHEN p.plan_status = 'approved' THEN p.plan_year END) AS plans,
    count(DISTINCT CASE WHEN p.plan_status = 'approved' AND p.procedures_issued = 'yes' THEN p.plan_year END) AS with_procedures
  FROM period_years y LEFT JOIN plans p ON p.plan_year = y.year
  GROUP BY y.period, y.year
),
sent AS (
  SELECT r.day, c.commune, c.period_key
  FROM communes c JOIN records r ON r.record = c.record
  WHERE c.report_sent = 'yes' AND c.report_period <> 'ad_hoc'
),
reports AS (
  SELECT y.period, y.year, count(DISTINCT s.period_key) AS reports, count(DISTINCT s.commune) AS communes
  FROM period_years y LEFT JOIN sent s ON s.day BETWEEN y.from_day AND y.to_day
  GROUP BY y.period, y.year
),
units AS (
  SELECT count(DISTINCT name) AS units FROM lists WHERE list = 'lists/communes.csv'
),
yearly AS (
  SELECT
    c.period,
    avg(c.contracts) AS contracts,
    avg(a.active) AS active,
    avg(p.plans) AS plans,
    avg(p.with_procedures) AS with_procedures,
    avg(r.reports) AS reports,
    avg(r.communes) AS reporting
  FROM contracts c
  JOIN active a ON a.period = c.period AND a.year = c.year
  JOIN planned p ON p.period = c.period AND p.year = c.year
  JOIN reports r ON r.period = c.period AND r.year = c.year
  GROUP BY c.period
),

-- ---- Records of a period, by form.
dated AS (
  SELECT
    p.period,
    count(CASE WHEN r.form = 'machinery_inspection' THEN 1 END) AS minutes,
    count(CASE WHEN r.form = 'establishment_survey' THEN 1 END) AS surveys,
    count(CASE WHEN r.form IN (
      'establishment_survey', 'machinery_inspection', 'post_support_performance', 'programme_event', 'product_recognition', 'commune_status', 'annual_plan'
    ) THEN 1 END) AS all_records
  FROM records r JOIN periods p ON r.day BETWEEN p.from_day AND p.to_day GROUP BY p.period
),
supports AS (
  SELECT period, count(DISTINCT establishment) AS establishments, count(*) AS supports FROM accepted GROUP BY period
),
readings AS (
  SELECT * FROM (VALUES
    ('T-58', ''), ('T-58', 'supports'), ('T-58', 'parts'), ('T-TD', ''), ('T-MM', ''), ('T-SX', ''), ('T-MT', ''), ('T-DIEM', ''),
    ('T-NL', ''), ('T-NL', 'share'), ('T-NHL', ''), ('T-NHL', 'energy'), ('T-NHL', 'mean'), ('T-NHL', 'share'), ('T-VL', ''),
    ('T-VL', 'employed'), ('T-DT', ''), ('T-DT', 'ratio_of_totals'), ('T-CBS', ''), ('T-CBS', 'mean'), ('T-CNNTTB-T', ''),
    ('T-CNNTTB-T', 'certificates'), ('T-CNNTTB-KV', ''), ('T-CNNTTB-KV', 'certificates'), ('T-CNNTTB-QG', ''),
    ('T-CNNTTB-QG', 'certificates'), ('T-CXK', ''), ('T-CXK', 'all'), ('T-CXK', 'followed'), ('T-XK', ''), ('T-XK', 'all'),
    ('T-XK', 'followed'), ('T-ST', ''), ('T-ST', 'exported'), ('T-HC', ''), ('T-HC', 'all'), ('T-HCL', ''), ('T-HCL', 'distinct'),
    ('T-HCL', 'fairs_only'), ('T-TH1', ''), ('T-TH1', 'people'), ('T-TH2', ''), ('T-TH2', 'people'), ('T-BC1', ''), ('T-BC2', ''),
    ('T-BC3', ''), ('T-TT1', ''), ('T-TT1', 'airings'), ('T-TT2', ''), ('T-TT2', 'copies'), ('T-TT3', ''), ('T-KC1', ''),
    ('T-KC1', 'people'), ('T-KC2', ''), ('T-KC2', 'people'), ('T-KC3', ''), ('T-KC3', 'reviews'), ('T-KC4', ''), ('T-CTV', ''),
    ('T-CTV', 'active'), ('T-KSKT', ''), ('T-KSKT', 'surveys'), ('T-KSKT', 'minutes'), ('T-XA', ''), ('T-XA', 'with_budget'),
    ('T-CSDL', ''), ('T-CSDL', 'records'), ('T-TTIN', ''), ('T-TTIN', 'with_need'), ('T-CBCTV', ''), ('T-CBCTV', 'collaborators'),
    ('T-KH', ''), ('T-KH', 'procedures'), ('T-SK', ''), ('T-SK', 'reviews'), ('T-SK', 'commendations'), ('T-BC', ''),
    ('T-BC', 'reporting_communes')
  ) AS named (target, reading)
)

-- Where nothing can be counted a sum is 0, a mean is unknown.
SELECT
  p.period,
  q.target,
  q.reading,
  CAST(CASE concat(q.target, '/', q.reading)
    WHEN 'T-58/' THEN coalesce(s.establishments, 0)
    WHEN 'T-58/supports' THEN coalesce(s.supports, 0)
    WHEN 'T-58/parts' THEN coalesce(k.all_kinds, 0)
    WHEN 'T-TD/' THEN coalesce(k.demonstrations, 0)
    WHEN 'T-MM/' THEN coalesce(k.machinery, 0)
    WHEN 'T-SX/' THEN coalesce(k.cleaner_production, 0)
    WHEN 'T-MT/' THEN coalesce(k.environment, 0)
    WHEN 'T-DIEM/' THEN coalesce(k.key_projects, 0)
    WHEN 'T-NL/' THEN f.material_cut
    WHEN 'T-NL/share' THEN f.material_share
    WHEN 'T-NHL/' THEN f.fuel_cut
    WHEN 'T-NHL/energy' THEN f.energy_cut
    WHEN 'T-NHL/mean' THEN f.fuel_mean
    WHEN 'T-NHL/share' THEN f.fuel_share
    WHEN 'T-VL/' THEN coalesce(n.new_jobs, 0)
    WHEN 'T-VL/employed' THEN coalesce(n.employed, 0)
    WHEN 'T-DT/' THEN f.growth
    WHEN 'T-DT/ratio_of_totals' THEN f.growth_of_totals
    WHEN 'T-CBS/' THEN d.by_revenue
    WHEN 'T-CBS/mean' THEN d.by_establishment
    WHEN 'T-CNNTTB-T/' THEN coalesce(g.provincial, 0)
    WHEN 'T-CNNTTB-T/certificates' THEN coalesce(g.provincial_certificates, 0)
    WHEN 'T-CNNTTB-KV/' THEN coalesce(g.regional, 0)
    WHEN 'T-CNNTTB-KV/certificates' THEN coalesce(g.regional_certificates, 0)
    WHEN 'T-CNNTTB-QG/' THEN coalesce(g.national, 0)
    WHEN 'T-CNNTTB-QG/certificates' THEN coalesce(g.national_certificates, 0)
    WHEN 'T-CXK/' THEN coalesce(g.standards, 0)
    WHEN 'T-CXK/all' THEN coalesce(g.standards_all, 0)
    WHEN 'T-CXK/followed' THEN coalesce(n.standard_products, 0)
    WHEN 'T-XK/' THEN coalesce(g.exports, 0)
    WHEN 'T-XK/all' THEN coalesce(g.exports_all, 0)
    WHEN 'T-XK/followed' THEN coalesce(n.exported_products, 0)
    WHEN 'T-ST/' THEN coalesce(c.in_supermarkets, 0)
    WHEN 'T-ST/exported' THEN coalesce(c.exported, 0)
    WHEN 'T-HC/' THEN coalesce(h.fairs, 0)
    WHEN 'T-HC/all' THEN coalesce(h.fairs_all, 0)
    WHEN 'T-HCL/' THEN coalesce(a.attendances, 0)
    WHEN 'T-HCL/distinct' THEN coalesce(a.establishments, 0)
    WHEN 'T-HCL/fairs_only' THEN coalesce(a.at_fairs, 0)
    WHEN 'T-TH1/' THEN coalesce(h.cp_trainings, 0)
    WHEN 'T-TH1/people' THEN coalesce(h.cp_people, 0)
    WHEN 'T-TH2/' THEN coalesce(h.trainings, 0)
    WHEN 'T-TH2/people' THEN coalesce(h.training_people, 0)
    WHEN 'T-BC1/' THEN coalesce(h.awards_provincial, 0)
    WHEN 'T-BC2/' THEN coalesce(h.awards_regional, 0)
    WHEN 'T-BC3/' THEN coalesce(h.awards_national, 0)
    WHEN 'T-TT1/' THEN coalesce(h.broadcasts, 0)
    WHEN 'T-TT1/airings' THEN coalesce(a.airings, 0)
    WHEN 'T-TT2/' THEN coalesce(h.publications, 0)
    WHEN 'T-TT2/copies' THEN coalesce(h.copies, 0)
    WHEN 'T-TT3/' THEN coalesce(u.website, 0)
    WHEN 'T-KC1/' THEN coalesce(h.classes, 0)
    WHEN 'T-KC1/people' THEN coalesce(h.class_people, 0)
    WHEN 'T-KC2/' THEN coalesce(h.trips, 0)
    WHEN 'T-KC2/people' THEN coalesce(h.trip_people, 0)
    WHEN 'T-KC3/' THEN coalesce(h.workshops, 0)
    WHEN 'T-KC3/reviews' THEN coalesce(h.reviews, 0)
    WHEN 'T-KC4/' THEN coalesce(u.showroom, 0)
    WHEN 'T-CTV/' THEN y.contracts
    WHEN 'T-CTV/active' THEN y.active
    WHEN 'T-KSKT/' THEN coalesce(w.surveys + w.minutes, 0)
    WHEN 'T-KSKT/surveys' THEN coalesce(w.surveys, 0)
    WHEN 'T-KSKT/minutes' THEN coalesce(w.minutes, 0)
    WHEN 'T-XA/' THEN coalesce(m.approved, 0)
    WHEN 'T-XA/with_budget' THEN coalesce(m.with_budget, 0)
    WHEN 'T-CSDL/' THEN CASE WHEN w.all_records > 0 THEN 1 ELSE 0 END
    WHEN 'T-CSDL/records' THEN coalesce(w.all_records, 0)
    WHEN 'T-TTIN/' THEN coalesce(i.establishments, 0)
    WHEN 'T-TTIN/with_need' THEN coalesce(i.with_need, 0)
    WHEN 'T-CBCTV/' THEN coalesce(h.class_people, 0)
    WHEN 'T-CBCTV/collaborators' THEN coalesce(h.class_collaborators, 0)
    WHEN 'T-KH/' THEN y.plans
    WHEN 'T-KH/procedures' THEN y.with_procedures
    WHEN 'T-SK/' THEN CASE WHEN h.reviews_and_commendations > 0 THEN 1 ELSE 0 END
    WHEN 'T-SK/reviews' THEN coalesce(h.reviews, 0)
    WHEN 'T-SK/commendations' THEN coalesce(h.commendations, 0)
    WHEN 'T-BC/' THEN y.reports / z.units
    WHEN 'T-BC/reporting_communes' THEN y.reporting
  END AS DOUBLE) AS done
FROM periods p
CROSS JOIN readings q
CROSS JOIN units z
LEFT JOIN supports s ON s.period = p.period
LEFT JOIN kinds k ON k.period = p.period
LEFT JOIN preferred f ON f.period = p.period
LEFT JOIN newest n ON n.period = p.period
LEFT JOIN processing d ON d.period = p.period
LEFT JOIN recognised g ON g.period = p.period
LEFT JOIN channels c ON c.period = p.period
LEFT JOIN held_counts h ON h.period = p.period
LEFT JOIN attendances a ON a.period = p.period
LEFT JOIN kept_up u ON u.period = p.period
LEFT JOIN commune_counts m ON m.period = p.period
LEFT JOIN informed i ON i.period = p.period
LEFT JOIN yearly y ON y.period = p.period
LEFT JOIN dated w ON w.period = p.period
