-- +goose Up
-- Numbers are given to other people. One that was silent for long, or that staff have
-- just written down, is asked whether it is still theirs before anything personal goes there.

-- checked_at: when its owner last said so. check_wanted: it must be asked whatever it did.
-- check_asked_at: since when it is being asked; NULL when it is not. check_next_at: when it
-- is asked once more, or given up.
ALTER TABLE conversation
  ADD COLUMN checked_at     timestamptz,
  ADD COLUMN check_wanted   boolean NOT NULL DEFAULT false,
  ADD COLUMN check_asked_at timestamptz,
  ADD COLUMN check_times    int NOT NULL DEFAULT 0,
  ADD COLUMN check_next_at  timestamptz;
CREATE INDEX conversation_check ON conversation (check_next_at) WHERE check_next_at IS NOT NULL;

-- unsure: it waited for that answer.
ALTER TABLE prompt DROP CONSTRAINT prompt_cause_check;
ALTER TABLE prompt ADD CONSTRAINT prompt_cause_check CHECK (cause IN ('', 'undelivered', 'opted_out', 'paused', 'our_outage', 'no_reply', 'replaced', 'unsure'));

-- +goose StatementBegin
CREATE FUNCTION lookup_checks_due(p_now timestamptz, p_limit int) RETURNS TABLE (org uuid, conversation uuid) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.org_id, c.id FROM conversation c WHERE c.check_next_at <= p_now ORDER BY c.check_next_at LIMIT p_limit
$$;

DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proname = 'lookup_checks_due'
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO howareyou_app', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO howareyou_lookup', f);
  END LOOP;
END $$;
-- +goose StatementEnd
