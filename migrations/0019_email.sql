-- +goose Up
-- Emails, and how followers choose to hear.

-- contact_id: the address that an email goes to. An email has no conversation: its
-- conversation_id is the nil id, which no conversation has, so that the version
-- before this one still reads the row. Its sender_id is the greatest id, which no
-- sender has either: a look at the lanes of texts jumps over it with one probe,
-- however many emails wait for a mail server.
-- For an email that is being sent, due_at is the end of its try's lease: what a
-- killed worker left is due again by itself.
ALTER TABLE delivery ADD COLUMN contact_id uuid;
CREATE INDEX delivery_email ON delivery (priority, due_at) WHERE channel = 'email' AND state IN ('queued', 'sending');

-- unsubscribed_at: since when its reader wants no emails there.
ALTER TABLE contact_point ADD COLUMN unsubscribed_at timestamptz;

-- pace: when the follower hears. channel: on which way they want to; NULL: on the
-- first that they have. digest_at: when the next summary is due, digest_since: from
-- when on it tells.
ALTER TABLE follower
  ADD COLUMN pace text NOT NULL DEFAULT 'at_once' CHECK (pace IN ('at_once', 'daily', 'weekly', 'below_usual')),
  ADD COLUMN channel text CHECK (channel IN ('sms', 'email')),
  ADD COLUMN digest_at timestamptz,
  ADD COLUMN digest_since timestamptz,
  ADD CONSTRAINT follower_digest_due CHECK ((pace IN ('daily', 'weekly')) = (digest_at IS NOT NULL) AND (digest_at IS NULL) = (digest_since IS NULL));
CREATE INDEX follower_digest ON follower (digest_at) WHERE digest_at IS NOT NULL AND state = 'active';

ALTER TABLE link DROP CONSTRAINT link_purpose_check;
ALTER TABLE link ADD CONSTRAINT link_purpose_check CHECK (purpose IN ('check_in', 'sign_in', 'unsubscribe'));

CREATE POLICY locking ON follower FOR UPDATE TO howareyou_lookup USING (true) WITH CHECK (false);
GRANT UPDATE ON follower TO howareyou_lookup;

-- +goose StatementBegin
CREATE FUNCTION claim_emails(p_now timestamptz, p_floor uuid, p_low int, p_high int, p_limit int)
RETURNS TABLE (org uuid, event uuid, delivery uuid) LANGUAGE sql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT d.org_id, d.event_id, d.id FROM delivery d
  WHERE d.channel = 'email' AND d.state IN ('queued', 'sending') AND d.event_id >= p_floor
    AND d.priority BETWEEN p_low AND p_high AND d.due_at <= p_now
    AND NOT d.org_id = ANY (ARRAY(SELECT o.org_id FROM organisation o WHERE o.held_at IS NOT NULL))
  ORDER BY d.priority, d.due_at LIMIT p_limit FOR UPDATE OF d SKIP LOCKED
$$;

CREATE FUNCTION claim_digests(p_now timestamptz, p_limit int) RETURNS TABLE (org uuid, follower uuid) LANGUAGE sql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT f.org_id, f.id FROM follower f
  WHERE f.digest_at <= p_now AND f.state = 'active' ORDER BY f.digest_at LIMIT p_limit FOR UPDATE OF f SKIP LOCKED
$$;

-- How many emails wait, a lane each, and since when the oldest is due.
CREATE FUNCTION lookup_email_depths(p_now timestamptz, p_floor uuid)
RETURNS TABLE (lane int, held boolean, waiting bigint, oldest timestamptz) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT d.priority::int, o.held_at IS NOT NULL, count(*), min(d.due_at)
  FROM delivery d JOIN organisation o ON o.org_id = d.org_id
  WHERE d.channel = 'email' AND d.state = 'queued' AND d.event_id >= p_floor AND d.due_at <= p_now
  GROUP BY 1, 2
$$;

-- An email of unknown fate is sent again, and never looked for in the list of texts.
CREATE OR REPLACE FUNCTION claim_unsettled(p_now timestamptz, p_limit int) RETURNS TABLE (org uuid, event uuid, delivery uuid, attempt uuid) LANGUAGE sql
SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET enable_incremental_sort = off AS $$
  SELECT a.org_id, a.event_id, a.delivery_id, a.id
  FROM attempt a
  WHERE a.state IN ('sending', 'uncertain') AND a.lease_until <= p_now AND a.conversation_id <> '00000000-0000-0000-0000-000000000000'
  ORDER BY a.lease_until LIMIT p_limit FOR UPDATE OF a SKIP LOCKED
$$;

CREATE OR REPLACE FUNCTION lookup_next_due() RETURNS timestamptz LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT least(
    (SELECT min(next_at) FROM schedule WHERE ended_at IS NULL AND next_at IS NOT NULL),
    (SELECT min(next_step_at) FROM alert WHERE next_step_at IS NOT NULL),
    (SELECT min(due_at) FROM delivery WHERE state = 'queued'),
    (SELECT min(digest_at) FROM follower WHERE state = 'active' AND digest_at IS NOT NULL))
$$;

CREATE OR REPLACE FUNCTION lookup_busy(p_now timestamptz) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM event WHERE state = 'pending')
    OR EXISTS (SELECT 1 FROM delivery d WHERE d.state = 'queued' AND d.due_at <= p_now
      AND NOT EXISTS (SELECT 1 FROM organisation o WHERE o.org_id = d.org_id AND o.held_at IS NOT NULL))
    OR EXISTS (SELECT 1 FROM delivery d WHERE d.state = 'sending')
    OR EXISTS (SELECT 1 FROM schedule s WHERE s.next_at <= p_now AND s.ended_at IS NULL)
    OR EXISTS (SELECT 1 FROM alert a WHERE a.next_step_at <= p_now)
    OR EXISTS (SELECT 1 FROM follower f WHERE f.state = 'active' AND f.digest_at <= p_now)
$$;

DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    AND p.proname IN ('claim_emails', 'claim_digests', 'lookup_email_depths')
  LOOP
    -- Rows off the front of an index, whatever the database last counted.
    EXECUTE format('ALTER FUNCTION %s SET enable_seqscan = off', f);
    EXECUTE format('ALTER FUNCTION %s SET enable_bitmapscan = off', f);
    EXECUTE format('ALTER FUNCTION %s SET enable_sort = off', f);
    EXECUTE format('ALTER FUNCTION %s SET enable_incremental_sort = off', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO howareyou_app', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO howareyou_lookup', f);
  END LOOP;
END $$;
-- +goose StatementEnd
