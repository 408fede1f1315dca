-- Windows at two airports in DuckDB, without a join: the events of an airport and the rows that
-- ask about it in one window each, RANGE frames over the union. Not measured beside it: prefix sums with an ASOF join for each end of a window.
CREATE TEMP TABLE f AS SELECT row_number() OVER () AS row, date, origin, destination, delay,
  date + to_minutes(30 + distance * 60 // 450 + greatest(delay, 0)) AS landed FROM read_parquet('flights-3m.parquet');
CREATE TEMP TABLE origins AS SELECT * FROM (SELECT row, avg(d) OVER h1 AS delay_1h, avg(d) OVER h3 AS delay_3h,
  avg(d) OVER h24 AS delay_24h, count(e) OVER h3 AS flights_3h FROM (
    SELECT origin AS k, landed AS t, delay AS d, 1 AS e, NULL AS row FROM f
    UNION ALL SELECT origin, date, NULL, NULL, row FROM f)
  WINDOW h1 AS (PARTITION BY k ORDER BY t RANGE BETWEEN INTERVAL 1 HOUR PRECEDING AND CURRENT ROW),
         h3 AS (PARTITION BY k ORDER BY t RANGE BETWEEN INTERVAL 3 HOUR PRECEDING AND CURRENT ROW),
         h24 AS (PARTITION BY k ORDER BY t RANGE BETWEEN INTERVAL 24 HOUR PRECEDING AND CURRENT ROW))
  WHERE row IS NOT NULL;
CREATE TEMP TABLE destinations AS SELECT * FROM (SELECT row, avg(d) OVER h1 AS delay_1h, avg(d) OVER h3 AS delay_3h,
  avg(d) OVER h24 AS delay_24h, count(e) OVER h3 AS flights_3h FROM (
    SELECT origin AS k, landed AS t, delay AS d, 1 AS e, NULL AS row FROM f
    UNION ALL SELECT destination, date, NULL, NULL, row FROM f)
  WINDOW h1 AS (PARTITION BY k ORDER BY t RANGE BETWEEN INTERVAL 1 HOUR PRECEDING AND CURRENT ROW),
         h3 AS (PARTITION BY k ORDER BY t RANGE BETWEEN INTERVAL 3 HOUR PRECEDING AND CURRENT ROW),
         h24 AS (PARTITION BY k ORDER BY t RANGE BETWEEN INTERVAL 24 HOUR PRECEDING AND CURRENT ROW))
  WHERE row IS NOT NULL;
