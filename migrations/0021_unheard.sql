-- +goose Up
-- What the provider took and says nothing more of. A callback can be lost: an
-- undelivered text would read as a patient's silence, and a call that nobody heard as
-- one under way. So the provider is asked.

-- ask_at: when to ask what became of the try; NULL: not to be asked.
ALTER TABLE attempt ADD COLUMN ask_at timestamptz;
CREATE INDEX attempt_ask ON attempt (ask_at) WHERE ask_at IS NOT NULL;

-- +goose StatementBegin
CREATE FUNCTION claim_unheard(p_now timestamptz, p_limit int) RETURNS TABLE (org uuid, event uuid, attempt uuid) LANGUAGE sql
SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET enable_incremental_sort = off AS $$
  SELECT a.org_id, a.event_id, a.id FROM attempt a
  WHERE a.ask_at <= p_now ORDER BY a.ask_at LIMIT p_limit FOR UPDATE OF a SKIP LOCKED
$$;

-- Emails that no process of this service can send any more, since there is no mail
-- server to hand them to. One that was being sent has its lease in due_at.
CREATE FUNCTION claim_unserved_emails(p_before timestamptz, p_limit int) RETURNS TABLE (org uuid, event uuid, delivery uuid) LANGUAGE sql
SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
  SELECT d.org_id, d.event_id, d.id FROM delivery d
  WHERE d.channel = 'email' AND d.state IN ('queued', 'sending') AND d.due_at < p_before LIMIT p_limit FOR UPDATE OF d SKIP LOCKED
$$;

-- As before, and nobody is to be asked about.
CREATE OR REPLACE FUNCTION lookup_busy(p_now timestamptz) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM event WHERE state = 'pending')
    OR EXISTS (SELECT 1 FROM delivery d WHERE d.state = 'queued' AND d.due_at <= p_now
      AND NOT EXISTS (SELECT 1 FROM organisation o WHERE o.org_id = d.org_id AND o.held_at IS NOT NULL))
    OR EXISTS (SELECT 1 FROM delivery d WHERE d.state = 'sending')
    OR EXISTS (SELECT 1 FROM schedule s WHERE s.next_at <= p_now AND s.ended_at IS NULL)
    OR EXISTS (SELECT 1 FROM alert a WHERE a.next_step_at <= p_now)
    OR EXISTS (SELECT 1 FROM follower f WHERE f.state = 'active' AND f.digest_at <= p_now)
    OR EXISTS (SELECT 1 FROM attempt a WHERE a.ask_at <= p_now)
$$;
DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    AND p.proname IN ('claim_unheard', 'claim_unserved_emails')
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO howareyou_app', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO howareyou_lookup', f);
  END LOOP;
END $$;
-- +goose StatementEnd
