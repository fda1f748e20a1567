-- +goose Up
-- The claims take a few rows off the front of an index, however many are due and
-- however long ago the database last counted them. A flood comes faster than it
-- counts, and a plan that gathers and sorts all that is due then takes seconds a
-- claim: so the claims are held to their index, and to one look at the number and
-- the organisation of each row that they pass.

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION claim_deliveries(p_now timestamptz, p_limit int) RETURNS TABLE (org uuid, event uuid, delivery uuid) LANGUAGE sql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT d.org_id, d.event_id, d.id
  FROM delivery d
  WHERE d.state = 'queued' AND d.due_at <= p_now
    AND NOT d.org_id = ANY (ARRAY(SELECT o.org_id FROM organisation o WHERE o.held_at IS NOT NULL))
    AND (d.priority = 0 OR coalesce((SELECT c.unsettled IS NULL FROM conversation c
      WHERE c.org_id = d.org_id AND c.id = d.conversation_id), true))
  ORDER BY d.priority, d.due_at
  LIMIT p_limit FOR UPDATE OF d SKIP LOCKED
$$;

DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'claim\_%'
  LOOP
    EXECUTE format('ALTER FUNCTION %s SET enable_seqscan = off', f);
    EXECUTE format('ALTER FUNCTION %s SET enable_bitmapscan = off', f);
    EXECUTE format('ALTER FUNCTION %s SET enable_sort = off', f);
  END LOOP;
END $$;
-- +goose StatementEnd

-- All alerts of one patient, for their page and for what their answers change.
CREATE INDEX alert_patient ON alert (org_id, patient_id, number);
