-- +goose Up
-- Episodes (a function of the answers) and alerts (the human process upon them).

CREATE TABLE episode (
  org_id      uuid NOT NULL,
  id          uuid NOT NULL,
  patient_id  uuid NOT NULL,
  opened_day  int  NOT NULL,
  closed_day  int,
  severity    text NOT NULL,
  rules       text[] NOT NULL,
  evidence    jsonb NOT NULL,
  gone_at     timestamptz,
  computed_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id)
);
CREATE UNIQUE INDEX episode_day ON episode (org_id, patient_id, opened_day) WHERE gone_at IS NULL;
SELECT fence('episode', 'SELECT', 'INSERT', 'UPDATE');

-- number: what a clinician texts back (ACK 12); unique in the organisation.
-- asked: how many asks of this round were made.
-- next_step_at: when something falls due by itself: the next ask, or the end of
-- an acknowledgement without outcome.
CREATE TABLE alert (
  org_id       uuid NOT NULL,
  id           uuid NOT NULL,
  number       int  NOT NULL,
  patient_id   uuid NOT NULL,
  episode_id   uuid,
  rule_id      text NOT NULL,
  rule_version int  NOT NULL,
  severity     text NOT NULL,
  evidence     jsonb NOT NULL,
  state        text NOT NULL CHECK (state IN ('open', 'acknowledged', 'resolved')),
  asking_since timestamptz NOT NULL,
  asked        int  NOT NULL,
  next_step_at timestamptz,
  opened_at    timestamptz NOT NULL,
  acked_by     uuid,
  acked_at     timestamptz,
  ack_until    timestamptz,
  resolved_by  uuid,
  resolved_at  timestamptz,
  outcome      text NOT NULL DEFAULT '',
  changed_at   timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, number),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, episode_id) REFERENCES episode (org_id, id),
  FOREIGN KEY (org_id, acked_by) REFERENCES clinician (org_id, id),
  FOREIGN KEY (org_id, resolved_by) REFERENCES clinician (org_id, id)
);
CREATE UNIQUE INDEX alert_of_episode ON alert (org_id, episode_id) WHERE episode_id IS NOT NULL;
CREATE INDEX alert_unresolved ON alert (org_id, patient_id) WHERE state <> 'resolved';
CREATE INDEX alert_due ON alert (next_step_at) WHERE next_step_at IS NOT NULL;
SELECT fence('alert', 'SELECT', 'INSERT', 'UPDATE');

-- What happened to an alert, in order: append-only.
CREATE TABLE alert_entry (
  org_id     uuid NOT NULL,
  id         uuid NOT NULL,
  alert_id   uuid NOT NULL,
  kind       text NOT NULL,
  actor_kind text NOT NULL,
  actor_id   uuid,
  channel    text NOT NULL DEFAULT '',
  note_enc   bytea,
  at         timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, alert_id) REFERENCES alert (org_id, id)
);
CREATE INDEX alert_entry_alert ON alert_entry (org_id, alert_id, id);
SELECT fence('alert_entry', 'SELECT', 'INSERT');
