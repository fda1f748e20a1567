-- +goose Up
-- Texts in, events, deliveries and attempts: the queues, partitioned by month
-- of their uuid v7 so that old months can be dropped. No lasting row references them.

-- The duplicate filter. It knows only the provider's id and no organisation,
-- because it must answer before the organisation is known. Swept after 30 days.
CREATE TABLE inbound_seen (
  sid     text PRIMARY KEY,
  seen_at timestamptz NOT NULL
);
CREATE INDEX inbound_seen_at ON inbound_seen (seen_at);
GRANT SELECT, INSERT, DELETE ON inbound_seen TO howareyou_app;
GRANT SELECT ON inbound_seen TO howareyou_backup;

-- Signed texts to a number that no organisation has (a misconfigured sender):
-- kept, so that nothing inbound is lost. body_enc is sealed without organisation.
CREATE TABLE inbound_unrouted (
  id          uuid PRIMARY KEY,
  sid         text NOT NULL,
  to_number   text NOT NULL,
  body_enc    bytea NOT NULL,
  received_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, DELETE ON inbound_unrouted TO howareyou_app;
GRANT SELECT ON inbound_unrouted TO howareyou_backup;

-- state: read (understood and applied), stored (kept, nothing to apply),
-- unread (the reading failed: a human must look).
CREATE TABLE inbound_message (
  org_id          uuid  NOT NULL,
  id              uuid  NOT NULL,
  sid             text  NOT NULL,
  conversation_id uuid  NOT NULL,
  sender_id       uuid  NOT NULL,
  person_id       uuid,
  patient_id      uuid,
  body_enc        bytea NOT NULL,
  state           text  NOT NULL CHECK (state IN ('read', 'stored', 'unread')),
  kind            text  NOT NULL,
  reason          text  NOT NULL,
  flags           text[] NOT NULL DEFAULT '{}',
  check_in_id     uuid,
  received_at     timestamptz NOT NULL,
  PRIMARY KEY (org_id, id)
) PARTITION BY RANGE (id);
CREATE INDEX inbound_message_conversation ON inbound_message (org_id, conversation_id, id);
CREATE INDEX inbound_message_patient ON inbound_message (org_id, patient_id, id);
SELECT fence('inbound_message', 'SELECT', 'INSERT', 'UPDATE');

-- A fact, committed together with its change. detail: ids, words of ours and
-- small numbers only, never a name, a number of a phone or a person's words.
CREATE TABLE event (
  org_id     uuid  NOT NULL,
  id         uuid  NOT NULL,
  batch_id   uuid  NOT NULL,
  kind       text  NOT NULL,
  patient_id uuid,
  subject_id uuid,
  detail     jsonb NOT NULL,
  state      text  NOT NULL CHECK (state IN ('pending', 'done', 'dead')),
  tries      int   NOT NULL DEFAULT 0,
  at         timestamptz NOT NULL,
  done_at    timestamptz,
  PRIMARY KEY (org_id, id)
) PARTITION BY RANGE (id);
CREATE INDEX event_pending ON event (batch_id) WHERE state = 'pending';
CREATE INDEX event_patient ON event (org_id, patient_id, id);
SELECT fence('event', 'SELECT', 'INSERT', 'UPDATE');

-- One message to one person on one channel. recipient_id: a person, or the
-- conversation when the number is nobody's we know.
CREATE TABLE delivery (
  org_id          uuid NOT NULL,
  event_id        uuid NOT NULL,
  id              uuid NOT NULL,
  kind            text NOT NULL,
  audience        text NOT NULL CHECK (audience IN ('patient', 'follower', 'clinician', 'unknown')),
  recipient_id    uuid NOT NULL,
  conversation_id uuid NOT NULL,
  patient_id      uuid,
  follower_id     uuid,
  channel         text NOT NULL CHECK (channel IN ('sms', 'voice', 'email', 'page')),
  priority        smallint NOT NULL,
  state           text NOT NULL CHECK (state IN ('planned', 'queued', 'sending', 'uncertain', 'sent',
                    'delivered', 'failed', 'expired', 'withdrawn', 'needs_human')),
  reason          text NOT NULL,
  cause           text NOT NULL DEFAULT '',
  attempt_no      int  NOT NULL DEFAULT 0,
  due_at          timestamptz NOT NULL,
  expires_at      timestamptz NOT NULL,
  body_enc        bytea,
  created_at      timestamptz NOT NULL,
  changed_at      timestamptz NOT NULL,
  PRIMARY KEY (org_id, event_id, id),
  UNIQUE (org_id, event_id, recipient_id, channel)
) PARTITION BY RANGE (event_id);
CREATE INDEX delivery_due ON delivery (priority, due_at) WHERE state = 'queued';
CREATE INDEX delivery_open ON delivery (state, changed_at) WHERE state IN ('sending', 'uncertain', 'sent');
CREATE INDEX delivery_conversation ON delivery (org_id, conversation_id, event_id);
CREATE INDEX delivery_patient ON delivery (org_id, patient_id, event_id);
SELECT fence('delivery', 'SELECT', 'INSERT', 'UPDATE');

-- One try. Its id is the opaque m= of the callback address. rank: how far the
-- provider's news has come, which never goes back.
CREATE TABLE attempt (
  org_id          uuid NOT NULL,
  event_id        uuid NOT NULL,
  id              uuid NOT NULL,
  delivery_id     uuid NOT NULL,
  no              int  NOT NULL,
  sender_id       uuid NOT NULL,
  conversation_id uuid NOT NULL,
  state           text NOT NULL CHECK (state IN ('sending', 'uncertain', 'sent', 'delivered', 'failed', 'abandoned')),
  sid             text NOT NULL DEFAULT '',
  provider_status text NOT NULL DEFAULT '',
  rank            smallint NOT NULL DEFAULT 0,
  class           text NOT NULL DEFAULT '',
  code            int  NOT NULL DEFAULT 0,
  detail          text NOT NULL DEFAULT '',
  started_at      timestamptz NOT NULL,
  lease_until     timestamptz NOT NULL,
  changed_at      timestamptz NOT NULL,
  PRIMARY KEY (org_id, event_id, id),
  UNIQUE (org_id, event_id, delivery_id, no)
) PARTITION BY RANGE (event_id);
CREATE INDEX attempt_id ON attempt (id);
CREATE INDEX attempt_unsettled ON attempt (lease_until) WHERE state IN ('sending', 'uncertain');
CREATE INDEX attempt_sid ON attempt (sid) WHERE sid <> '';
SELECT fence('attempt', 'SELECT', 'INSERT', 'UPDATE');

-- A partition is reached through its parent, whose policy holds; only a backup
-- reads it directly.
-- +goose StatementBegin
CREATE FUNCTION fence_partition(child regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', child);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', child);
  EXECUTE format('CREATE POLICY backing_up ON %s FOR SELECT TO howareyou_backup USING (true)', child);
  EXECUTE format('GRANT SELECT ON %s TO howareyou_backup', child);
END $$;
-- +goose StatementEnd

-- Partitions: one a month, made ahead by the application's tick. The default
-- partition is a net: a late tick loses nothing.
CREATE TABLE inbound_message_default PARTITION OF inbound_message DEFAULT;
CREATE TABLE event_default PARTITION OF event DEFAULT;
CREATE TABLE delivery_default PARTITION OF delivery DEFAULT;
CREATE TABLE attempt_default PARTITION OF attempt DEFAULT;

-- +goose StatementBegin
CREATE FUNCTION month_floor_id(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
$$;
-- +goose StatementEnd

-- p_only: one of the four, in a transaction of its own. Adding a partition locks
-- its parent against everybody; whoever held one parent and waited for the next
-- would wait in a circle with the traffic, which takes them in orders of its own.
-- +goose StatementBegin
CREATE FUNCTION ensure_partitions(p_at timestamptz, p_only text DEFAULT NULL) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  parent text; child text; made int := 0;
  month timestamptz := date_trunc('month', p_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
  lo timestamptz; hi timestamptz;
BEGIN
  FOR i IN 0..1 LOOP
    lo := (month AT TIME ZONE 'UTC' + make_interval(months => i)) AT TIME ZONE 'UTC';
    hi := (month AT TIME ZONE 'UTC' + make_interval(months => i + 1)) AT TIME ZONE 'UTC';
    FOREACH parent IN ARRAY ARRAY['inbound_message', 'event', 'delivery', 'attempt'] LOOP
      CONTINUE WHEN p_only IS NOT NULL AND p_only <> parent;
      child := parent || '_' || to_char(lo AT TIME ZONE 'UTC', 'YYYY_MM');
      CONTINUE WHEN to_regclass(child) IS NOT NULL;
      BEGIN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
          child, parent, month_floor_id(lo), month_floor_id(hi));
        PERFORM fence_partition(child::regclass);
        made := made + 1;
      EXCEPTION
        WHEN check_violation THEN NULL; -- the default partition has rows of that month: they stay there
        WHEN duplicate_table THEN NULL; -- another process made it
      END;
    END LOOP;
  END LOOP;
  RETURN made;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION ensure_partitions(timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_partitions(timestamptz, text) TO howareyou_app;
SELECT fence_partition('inbound_message_default');
SELECT fence_partition('event_default');
SELECT fence_partition('delivery_default');
SELECT fence_partition('attempt_default');
