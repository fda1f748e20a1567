-- +goose Up
-- Ends and forgetting: texts that nobody ever confirmed, and what is older than
-- its organisation keeps it.

-- unconfirmed: accepted, sent, and no word for 72 hours. Most carriers that never
-- confirm deliver all the same; so it is an end, and not a failure.
ALTER TABLE delivery DROP CONSTRAINT delivery_state_check;
ALTER TABLE delivery ADD CONSTRAINT delivery_state_check CHECK (state IN ('planned', 'queued', 'sending', 'uncertain', 'sent',
  'unconfirmed', 'delivered', 'failed', 'expired', 'withdrawn', 'needs_human'));

CREATE INDEX link_expires ON link (expires_at);
CREATE INDEX session_expires ON session (expires_at);

-- +goose StatementBegin
CREATE FUNCTION claim_unconfirmed(p_before timestamptz, p_limit int) RETURNS TABLE (org uuid, event uuid, delivery uuid) LANGUAGE sql
SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
  SELECT d.org_id, d.event_id, d.id FROM delivery d
  WHERE d.state = 'sent' AND d.changed_at < p_before
  ORDER BY d.changed_at LIMIT p_limit FOR UPDATE OF d SKIP LOCKED
$$;
-- Queued, and past its time: it was held all the while, or nothing claimed it.
CREATE FUNCTION claim_overdue(p_before timestamptz, p_limit int) RETURNS TABLE (org uuid, event uuid, delivery uuid) LANGUAGE sql
SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
  SELECT d.org_id, d.event_id, d.id FROM delivery d
  WHERE d.state = 'queued' AND d.expires_at < p_before LIMIT p_limit FOR UPDATE OF d SKIP LOCKED
$$;
DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    AND p.proname IN ('claim_unconfirmed', 'claim_overdue')
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO howareyou_app', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO howareyou_lookup', f);
  END LOOP;
END $$;

-- A lane is jumped to, never sorted towards: half a sort reads a whole lane too.
DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    AND (p.proname LIKE 'claim\_%' OR p.proname IN ('lookup_lanes', 'lookup_depths', 'lookup_senderless'))
  LOOP
    EXECUTE format('ALTER FUNCTION %s SET enable_incremental_sort = off', f);
  END LOOP;
END $$;

-- Forgets texts, events, deliveries and attempts that are older than their
-- organisation keeps them. A month that every organisation has done with is
-- dropped whole; of the others, at most p_limit rows a table and organisation go
-- at a time. It runs as the tables' owner, since the service deletes none of them.
-- A table that is busy is left for the next time: traffic must not queue behind it.
CREATE FUNCTION forget_old(p_at timestamptz, p_limit int) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE
  parent text; child text; month timestamptz; keeps int; o record; gone bigint := 0; n bigint;
BEGIN
  SELECT max(retention_days) INTO keeps FROM organisation;
  IF keeps IS NULL THEN
    RETURN 0;
  END IF;
  FOR parent, child IN
    SELECT p.relname, c.relname FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_class c ON c.oid = i.inhrelid
    WHERE p.relname IN ('inbound_message', 'event', 'delivery', 'attempt') AND c.relname ~ '_[0-9]{4}_[0-9]{2}$' ORDER BY c.relname
  LOOP
    month := to_timestamp(right(child, 7) || ' 00:00:00 +00', 'YYYY_MM HH24:MI:SS TZH');
    IF (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC' < p_at - make_interval(days => keeps) THEN
      BEGIN
        EXECUTE format('DROP TABLE %I', child);
        gone := gone + 1;
      EXCEPTION WHEN lock_not_available THEN NULL;
      END;
    END IF;
  END LOOP;
  FOR o IN SELECT g.org_id, month_floor_id(p_at - make_interval(days => g.retention_days)) AS floor FROM organisation g LOOP
    DELETE FROM attempt a WHERE (a.org_id, a.event_id, a.id) IN
      (SELECT x.org_id, x.event_id, x.id FROM attempt x WHERE x.org_id = o.org_id AND x.event_id < o.floor LIMIT p_limit);
    GET DIAGNOSTICS n = ROW_COUNT; gone := gone + n;
    DELETE FROM delivery d WHERE (d.org_id, d.event_id, d.id) IN
      (SELECT x.org_id, x.event_id, x.id FROM delivery x WHERE x.org_id = o.org_id AND x.event_id < o.floor LIMIT p_limit);
    GET DIAGNOSTICS n = ROW_COUNT; gone := gone + n;
    DELETE FROM event e WHERE (e.org_id, e.id) IN
      (SELECT x.org_id, x.id FROM event x WHERE x.org_id = o.org_id AND x.id < o.floor LIMIT p_limit);
    GET DIAGNOSTICS n = ROW_COUNT; gone := gone + n;
    DELETE FROM inbound_message m WHERE (m.org_id, m.id) IN
      (SELECT x.org_id, x.id FROM inbound_message x WHERE x.org_id = o.org_id AND x.id < o.floor LIMIT p_limit);
    GET DIAGNOSTICS n = ROW_COUNT; gone := gone + n;
  END LOOP;
  RETURN gone;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION forget_old(timestamptz, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_old(timestamptz, int) TO howareyou_app;
