-- +goose Up
-- What the send protocol must remember: which attempts to a number are open,
-- since which START they count, which numbers do not work, and what waits for
-- somebody to deal with it.

-- beside: attempts that were begun while another was unsettled already, which only
-- alerts may be. Until all are settled nothing else may start.
-- starts: how often the number was started again. A STOP that a carrier reports
-- late, of an attempt begun before the last START, must not stop it again; and no
-- clock is asked which came first.
-- suspect_at: the provider says that texts cannot reach this number. It gets none
-- until it texts us or somebody has checked it.
ALTER TABLE conversation
  ADD COLUMN beside uuid[] NOT NULL DEFAULT '{}',
  ADD COLUMN starts int NOT NULL DEFAULT 0,
  ADD COLUMN suspect_at timestamptz,
  ADD COLUMN suspect_code int NOT NULL DEFAULT 0;
ALTER TABLE attempt ADD COLUMN starts int NOT NULL DEFAULT 0;

-- staff_at: since when the end of the delivery stands in front of staff;
-- handled_*: who has dealt with it.
ALTER TABLE delivery
  ADD COLUMN staff_at timestamptz,
  ADD COLUMN handled_at timestamptz,
  ADD COLUMN handled_by uuid;
CREATE INDEX delivery_for_staff ON delivery (org_id, staff_at) WHERE staff_at IS NOT NULL AND handled_at IS NULL;

-- The provider's error codes of late, for whoever runs the service.
CREATE INDEX attempt_code ON attempt (code, changed_at) WHERE code <> 0;

-- +goose StatementBegin
CREATE FUNCTION lookup_codes(p_codes int[], p_since timestamptz) RETURNS TABLE (code int, times bigint, last_at timestamptz) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.code, count(*), max(a.changed_at) FROM attempt a
  WHERE a.code = ANY (p_codes) AND a.code <> 0 AND a.changed_at >= p_since GROUP BY a.code ORDER BY a.code
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION lookup_codes(int[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_codes(int[], timestamptz) TO howareyou_app;
ALTER FUNCTION lookup_codes(int[], timestamptz) OWNER TO howareyou_lookup;
