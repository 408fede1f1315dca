-- The ten assertions of the bench `check` as one query over the same file, written by hand.
SELECT count(*) > 1000000
   AND (count(*) - count(delay)) / count(*) < 0.01
   AND count(*) FILTER (delay NOT BETWEEN -2000 AND 2000) = 0
   AND count(*) FILTER (distance <= 0) = 0
   AND count(*) FILTER (NOT regexp_matches(origin, '^[A-Z]{3}$')) = 0
   AND count(DISTINCT origin) BETWEEN 100 AND 300
   AND count(*) FILTER (delay > 15) / count(delay) BETWEEN 0.1 AND 0.3
   AND avg(delay) BETWEEN 0 AND 20
   AND min(date) >= TIMESTAMP '2001-01-01' AND max(date) < TIMESTAMP '2001-07-02'
   AND count(*) FILTER (origin = destination) = 0
  FROM read_parquet('FILE');
