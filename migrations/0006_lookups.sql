-- +goose Up
-- What must be known before the organisation is: the one list of functions that
-- look across organisations. Each runs as howareyou_lookup, which has policies
-- of its own on just these tables, and gives ids only.

-- +goose StatementBegin
CREATE FUNCTION open_to_lookup(tbl regclass, VARIADIC grants text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE POLICY looking_up ON %s FOR SELECT TO howareyou_lookup USING (true)', tbl);
  EXECUTE format('GRANT SELECT ON %s TO howareyou_lookup', tbl);
  -- FOR UPDATE needs the privilege and a policy; no lookup function changes a row.
  IF 'LOCK' = ANY (grants) THEN
    EXECUTE format('CREATE POLICY locking ON %s FOR UPDATE TO howareyou_lookup USING (true) WITH CHECK (false)', tbl);
    EXECUTE format('GRANT UPDATE ON %s TO howareyou_lookup', tbl);
  END IF;
END $$;
-- +goose StatementEnd
SELECT open_to_lookup('organisation', 'SELECT');
SELECT open_to_lookup('sender', 'SELECT');
SELECT open_to_lookup('contact_point', 'SELECT');
SELECT open_to_lookup('clinician', 'SELECT');
SELECT open_to_lookup('follower', 'SELECT');
SELECT open_to_lookup('conversation', 'SELECT');
SELECT open_to_lookup('event', 'SELECT');
SELECT open_to_lookup('delivery', 'SELECT', 'LOCK');
SELECT open_to_lookup('attempt', 'SELECT', 'LOCK');
SELECT open_to_lookup('schedule', 'SELECT', 'LOCK');
SELECT open_to_lookup('alert', 'SELECT', 'LOCK');
SELECT open_to_lookup('link', 'SELECT');
SELECT open_to_lookup('session', 'SELECT');
SELECT open_to_lookup('prompt', 'SELECT', 'LOCK');

-- +goose StatementBegin
CREATE FUNCTION lookup_organisations() RETURNS TABLE (org uuid) LANGUAGE sql STABLE AS $$
  SELECT o.org_id FROM organisation o ORDER BY o.org_id
$$;
CREATE FUNCTION lookup_senders(p_numbers text[]) RETURNS TABLE (number text, org uuid, sender uuid) LANGUAGE sql STABLE AS $$
  SELECT s.number, s.org_id, s.id FROM sender s WHERE s.number = ANY (p_numbers)
$$;
-- Whom a sign-in link may go to: people with this number or address.
CREATE FUNCTION lookup_contact(p_idx bytea[]) RETURNS TABLE (org uuid, person uuid, contact uuid) LANGUAGE sql STABLE AS $$
  SELECT c.org_id, c.person_id, c.id FROM contact_point c
  WHERE (c.value_idx = ANY (p_idx) OR c.value_idx_next = ANY (p_idx)) AND c.removed_at IS NULL
  ORDER BY c.org_id, c.person_id
$$;
CREATE FUNCTION lookup_link(p_hash bytea) RETURNS TABLE (org uuid, link uuid) LANGUAGE sql STABLE AS $$
  SELECT l.org_id, l.id FROM link l WHERE l.token_hash = p_hash
$$;
CREATE FUNCTION lookup_session(p_hash bytea) RETURNS TABLE (org uuid, session uuid) LANGUAGE sql STABLE AS $$
  SELECT s.org_id, s.id FROM session s WHERE s.token_hash = p_hash
$$;
CREATE FUNCTION lookup_attempts(p_ids uuid[]) RETURNS TABLE (org uuid, event uuid, delivery uuid, attempt uuid) LANGUAGE sql STABLE AS $$
  SELECT a.org_id, a.event_id, a.delivery_id, a.id FROM attempt a WHERE a.id = ANY (p_ids)
$$;
CREATE FUNCTION lookup_bound_sids(p_sids text[]) RETURNS TABLE (sid text) LANGUAGE sql STABLE AS $$
  SELECT a.sid FROM attempt a WHERE a.sid = ANY (p_sids) AND a.sid <> ''
$$;
CREATE FUNCTION lookup_batch(p_batch uuid) RETURNS TABLE (org uuid) LANGUAGE sql STABLE AS $$
  SELECT DISTINCT e.org_id FROM event e WHERE e.batch_id = p_batch AND e.state = 'pending'
$$;
-- Batches whose bell was lost. p_before: the batch's id, so that one just rung is left to its bell.
CREATE FUNCTION lookup_pending_batches(p_before uuid, p_limit int) RETURNS TABLE (batch uuid) LANGUAGE sql STABLE AS $$
  SELECT DISTINCT e.batch_id FROM event e WHERE e.state = 'pending' AND e.batch_id < p_before ORDER BY 1 LIMIT p_limit
$$;
-- The claims lock what they return until the transaction ends.
CREATE FUNCTION claim_deliveries(p_now timestamptz, p_limit int) RETURNS TABLE (org uuid, event uuid, delivery uuid) LANGUAGE sql AS $$
  SELECT d.org_id, d.event_id, d.id
  FROM delivery d
  WHERE d.state = 'queued' AND d.due_at <= p_now
    AND NOT EXISTS (SELECT 1 FROM organisation o WHERE o.org_id = d.org_id AND o.held_at IS NOT NULL)
    AND (d.priority = 0 OR NOT EXISTS (SELECT 1 FROM conversation c
      WHERE c.org_id = d.org_id AND c.id = d.conversation_id AND c.unsettled IS NOT NULL))
  ORDER BY d.priority, d.due_at, d.event_id
  LIMIT p_limit FOR UPDATE OF d SKIP LOCKED
$$;
CREATE FUNCTION claim_unsettled(p_now timestamptz, p_limit int) RETURNS TABLE (org uuid, event uuid, delivery uuid, attempt uuid) LANGUAGE sql AS $$
  SELECT a.org_id, a.event_id, a.delivery_id, a.id
  FROM attempt a
  WHERE a.state IN ('sending', 'uncertain') AND a.lease_until <= p_now
  ORDER BY a.lease_until LIMIT p_limit FOR UPDATE OF a SKIP LOCKED
$$;
CREATE FUNCTION claim_schedules(p_now timestamptz, p_limit int) RETURNS TABLE (org uuid, schedule uuid) LANGUAGE sql AS $$
  SELECT s.org_id, s.id FROM schedule s
  WHERE s.next_at <= p_now AND s.ended_at IS NULL
  ORDER BY s.next_at LIMIT p_limit FOR UPDATE OF s SKIP LOCKED
$$;
CREATE FUNCTION claim_alerts(p_now timestamptz, p_limit int) RETURNS TABLE (org uuid, alert uuid) LANGUAGE sql AS $$
  SELECT a.org_id, a.id FROM alert a
  WHERE a.next_step_at <= p_now
  ORDER BY a.next_step_at LIMIT p_limit FOR UPDATE OF a SKIP LOCKED
$$;
-- The next instant at which anything falls due, for a clock that is moved by hand.
CREATE FUNCTION lookup_next_due() RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT least(
    (SELECT min(next_at) FROM schedule WHERE ended_at IS NULL AND next_at IS NOT NULL),
    (SELECT min(next_step_at) FROM alert WHERE next_step_at IS NOT NULL),
    (SELECT min(due_at) FROM delivery WHERE state = 'queued'))
$$;
-- Whether anything that fell due by p_now is still on its way to the provider.
CREATE FUNCTION lookup_busy(p_now timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM event WHERE state = 'pending')
    OR EXISTS (SELECT 1 FROM delivery d WHERE d.state = 'queued' AND d.due_at <= p_now
      AND NOT EXISTS (SELECT 1 FROM organisation o WHERE o.org_id = d.org_id AND o.held_at IS NOT NULL))
    OR EXISTS (SELECT 1 FROM delivery d WHERE d.state = 'sending')
    OR EXISTS (SELECT 1 FROM schedule s WHERE s.next_at <= p_now AND s.ended_at IS NULL)
    OR EXISTS (SELECT 1 FROM alert a WHERE a.next_step_at <= p_now)
$$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND (p.proname LIKE 'lookup\_%' OR p.proname LIKE 'claim\_%')
  LOOP
    EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = public, pg_temp', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO howareyou_app', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO howareyou_lookup', f);
  END LOOP;
END $$;
-- +goose StatementEnd
