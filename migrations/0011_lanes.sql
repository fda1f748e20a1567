-- +goose Up
-- Lanes and senders. A text waits in the lane of its sender: red alerts, alerts,
-- replies, prompts, updates, digests. A claim takes a few rows from the front of
-- the lanes that may move, so nothing that waits elsewhere, for a rate or by an
-- operator's word, costs it anything.

-- kind: what the carriers take it for. per_minute: how many texts may leave from
-- it; NULL for no limit of ours. retired_at: it sends nothing any more, and is
-- still heard. Senders of one position are a pool; a higher position is a spare.
ALTER TABLE sender
  ADD COLUMN kind text NOT NULL DEFAULT 'long_code' CHECK (kind IN ('long_code', 'toll_free', 'short_code', 'service')),
  ADD COLUMN per_minute int CHECK (per_minute > 0),
  ADD COLUMN retired_at timestamptz;
UPDATE sender SET kind = CASE WHEN number = '' THEN 'service' WHEN number ~ '^\+1(800|833|844|855|866|877|888)' THEN 'toll_free' ELSE 'long_code' END;
UPDATE sender SET per_minute = CASE kind WHEN 'toll_free' THEN 180 ELSE 60 END;
CREATE INDEX sender_id ON sender (id);

-- The sender that a number knows us by.
ALTER TABLE conversation ADD COLUMN sender_id uuid;

ALTER TABLE delivery ADD COLUMN sender_id uuid;
UPDATE delivery d SET sender_id = (SELECT s.id FROM sender s WHERE s.org_id = d.org_id ORDER BY s.position, s.id LIMIT 1)
WHERE d.state = 'queued';
CREATE INDEX delivery_lane ON delivery (priority, sender_id, due_at) WHERE state = 'queued';

-- Lanes with something due, in the order of their urgency. From lane to lane the
-- index is jumped over, however much lies in one. waiting counts numbers, not
-- texts, since a number gets one text at a time. p_floor: deliveries of older
-- events have had their time, so the partitions before it are not looked at.
-- +goose StatementBegin
CREATE FUNCTION lookup_lanes(p_now timestamptz, p_floor uuid, p_low int, p_high int, p_most int)
RETURNS TABLE (org uuid, sender uuid, lane int, waiting bigint, per_minute int) LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  at_lane smallint := p_low - 1;
  at_sender uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
BEGIN
  LOOP
    SELECT d.priority, d.sender_id INTO at_lane, at_sender FROM delivery d
    WHERE d.state = 'queued' AND d.event_id >= p_floor AND d.priority <= p_high AND (d.priority, d.sender_id) > (at_lane, at_sender)
    ORDER BY d.priority, d.sender_id LIMIT 1;
    EXIT WHEN at_lane IS NULL OR at_sender IS NULL;
    SELECT s.org_id, s.id, at_lane::int, 0, s.per_minute INTO org, sender, lane, waiting, per_minute
    FROM sender s JOIN organisation o ON o.org_id = s.org_id WHERE s.id = at_sender AND o.held_at IS NULL;
    CONTINUE WHEN org IS NULL;
    SELECT count(DISTINCT q.conversation_id) INTO waiting FROM (
      SELECT d.conversation_id FROM delivery d
      WHERE d.state = 'queued' AND d.event_id >= p_floor AND d.priority = at_lane AND d.sender_id = at_sender AND d.due_at <= p_now
        AND (at_lane <= 0 OR coalesce((SELECT c.unsettled IS NULL FROM conversation c
          WHERE c.org_id = d.org_id AND c.id = d.conversation_id), true))
      ORDER BY d.due_at LIMIT p_most) q;
    IF waiting > 0 THEN
      RETURN NEXT;
    END IF;
  END LOOP;
END $$;

-- The front of lanes, each at most so many. What it returns is locked until the
-- transaction ends.
CREATE FUNCTION claim_lanes(p_now timestamptz, p_floor uuid, p_senders uuid[], p_lanes int[], p_most int[])
RETURNS TABLE (org uuid, event uuid, delivery uuid) LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  FOR i IN 1 .. coalesce(cardinality(p_senders), 0) LOOP
    CONTINUE WHEN EXISTS (SELECT FROM sender s JOIN organisation o ON o.org_id = s.org_id WHERE s.id = p_senders[i] AND o.held_at IS NOT NULL);
    RETURN QUERY
      SELECT d.org_id, d.event_id, d.id FROM delivery d
      WHERE d.state = 'queued' AND d.event_id >= p_floor AND d.priority = p_lanes[i] AND d.sender_id = p_senders[i] AND d.due_at <= p_now
        AND (p_lanes[i] <= 0 OR coalesce((SELECT c.unsettled IS NULL FROM conversation c
          WHERE c.org_id = d.org_id AND c.id = d.conversation_id), true))
      ORDER BY d.due_at LIMIT p_most[i] FOR UPDATE OF d SKIP LOCKED;
  END LOOP;
END $$;

-- Texts without a sender: from a version that knew of one alone, or of a sender
-- that was retired.
CREATE FUNCTION lookup_senderless(p_floor uuid, p_most int) RETURNS TABLE (org uuid, event uuid, delivery uuid) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT d.org_id, d.event_id, d.id FROM generate_series(-1, 4) AS l(lane)
  CROSS JOIN LATERAL (SELECT * FROM delivery q
    WHERE q.state = 'queued' AND q.event_id >= p_floor AND q.priority = l.lane AND q.sender_id IS NULL LIMIT p_most) AS d
  LIMIT p_most
$$;

-- Where things stand, a lane each: how many wait, since when the oldest is due,
-- and whether that is by an operator's word.
CREATE FUNCTION lookup_depths(p_now timestamptz, p_floor uuid, p_most int)
RETURNS TABLE (lane int, held boolean, waiting bigint, oldest timestamptz) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT l.lane, h.held, count(q.due_at), min(q.due_at)
  FROM generate_series(-1, 4) AS l(lane) CROSS JOIN (VALUES (false), (true)) AS h(held)
  LEFT JOIN LATERAL (SELECT d.due_at FROM organisation o JOIN sender s ON s.org_id = o.org_id
    JOIN LATERAL (SELECT x.due_at FROM delivery x WHERE x.state = 'queued' AND x.event_id >= p_floor AND x.priority = l.lane
      AND x.sender_id = s.id AND x.due_at <= p_now ORDER BY x.due_at LIMIT p_most) AS d ON true
    WHERE (o.held_at IS NOT NULL) = h.held LIMIT p_most) AS q ON true
  GROUP BY l.lane, h.held
$$;

-- What is open at the provider or unknown, by the state of the delivery.
CREATE FUNCTION lookup_open(p_floor uuid) RETURNS TABLE (sending bigint, uncertain bigint, sent bigint, oldest_uncertain timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT count(*) FILTER (WHERE d.state = 'sending'), count(*) FILTER (WHERE d.state = 'uncertain'), count(*) FILTER (WHERE d.state = 'sent'),
    min(d.created_at) FILTER (WHERE d.state = 'uncertain')
  FROM delivery d WHERE d.state IN ('sending', 'uncertain', 'sent') AND d.event_id >= p_floor
$$;

-- What stands in front of staff and nobody has dealt with.
CREATE FUNCTION lookup_for_staff() RETURNS TABLE (org uuid, waiting bigint, oldest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT d.org_id, count(*), min(d.staff_at) FROM delivery d WHERE d.staff_at IS NOT NULL AND d.handled_at IS NULL GROUP BY d.org_id
$$;

DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    AND p.proname IN ('lookup_lanes', 'claim_lanes', 'lookup_senderless', 'lookup_depths', 'lookup_open', 'lookup_for_staff')
  LOOP
    -- One plan, made once a connection, that takes rows off the front of an index
    -- whatever the database last counted: see the claims of migration 8.
    EXECUTE format('ALTER FUNCTION %s SET plan_cache_mode = force_generic_plan', f);
    EXECUTE format('ALTER FUNCTION %s SET enable_seqscan = off', f);
    EXECUTE format('ALTER FUNCTION %s SET enable_bitmapscan = off', f);
    EXECUTE format('ALTER FUNCTION %s SET enable_sort = off', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO howareyou_app', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO howareyou_lookup', f);
  END LOOP;
END $$;
-- +goose StatementEnd
