-- +goose Up
-- Asking and answering: question sets, schedules, prompts, check-ins.

CREATE TABLE question_set (
  org_id     uuid  NOT NULL REFERENCES organisation,
  id         uuid  NOT NULL,
  code       text  NOT NULL,
  version    int   NOT NULL CHECK (version > 0),
  items      jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, code, version)
);
SELECT fence('question_set', 'SELECT', 'INSERT');

-- When one patient is asked: a recurrence (RFC 5545) at a local time in an IANA zone.
-- next_at is the next slot, due for any worker.
CREATE TABLE schedule (
  org_id          uuid NOT NULL,
  id              uuid NOT NULL,
  patient_id      uuid NOT NULL,
  question_set_id uuid NOT NULL,
  rrule           text NOT NULL,
  local_time      text NOT NULL CHECK (local_time ~ '^[0-2][0-9]:[0-5][0-9]$'),
  zone            text NOT NULL,
  start_day       int  NOT NULL,
  next_at         timestamptz,
  next_day        int,
  ended_at        timestamptz,
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, question_set_id) REFERENCES question_set (org_id, id)
);
CREATE INDEX schedule_due ON schedule (next_at) WHERE next_at IS NOT NULL AND ended_at IS NULL;
CREATE INDEX schedule_patient ON schedule (org_id, patient_id);
SELECT fence('schedule', 'SELECT', 'INSERT', 'UPDATE');

-- One asking at one slot. slot_day counts days since 1970-01-01 in the patient's zone.
CREATE TABLE prompt (
  org_id          uuid NOT NULL,
  id              uuid NOT NULL,
  patient_id      uuid NOT NULL,
  schedule_id     uuid NOT NULL,
  question_set_id uuid NOT NULL,
  slot_at         timestamptz NOT NULL,
  slot_day        int  NOT NULL,
  state           text NOT NULL CHECK (state IN ('open', 'answered', 'closed')),
  cause           text NOT NULL DEFAULT '' CHECK (cause IN ('', 'undelivered', 'opted_out', 'paused', 'our_outage', 'no_reply')),
  handing         text NOT NULL DEFAULT 'not_handed' CHECK (handing IN ('not_handed', 'handed', 'confirmed', 'refused')),
  handed_over_at  timestamptz,
  check_in_id     uuid,
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, schedule_id, slot_day),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, schedule_id) REFERENCES schedule (org_id, id),
  FOREIGN KEY (org_id, question_set_id) REFERENCES question_set (org_id, id)
);
CREATE INDEX prompt_patient ON prompt (org_id, patient_id, slot_at DESC);
CREATE INDEX prompt_open ON prompt (org_id, patient_id) WHERE state = 'open';
SELECT fence('prompt', 'SELECT', 'INSERT', 'UPDATE');

-- One answer. The raw text is in inbound_message; words_enc is what was said
-- beside the score. superseded_by: a later correction counts instead (both stay).
CREATE TABLE check_in (
  org_id         uuid NOT NULL,
  id             uuid NOT NULL,
  patient_id     uuid NOT NULL,
  prompt_id      uuid,
  reporter       text NOT NULL CHECK (reporter IN ('self', 'proxy', 'staff')),
  reporter_id    uuid NOT NULL,
  channel        text NOT NULL CHECK (channel IN ('sms', 'page', 'staff', 'import')),
  private        boolean NOT NULL,
  late           boolean NOT NULL,
  corrects_id    uuid,
  superseded_by  uuid,
  inbound_id     uuid,
  idempotency    text NOT NULL DEFAULT '',
  words_enc      bytea,
  local_day      int  NOT NULL,
  at             timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, prompt_id) REFERENCES prompt (org_id, id),
  FOREIGN KEY (org_id, corrects_id) REFERENCES check_in (org_id, id),
  FOREIGN KEY (org_id, superseded_by) REFERENCES check_in (org_id, id),
  FOREIGN KEY (org_id, reporter_id) REFERENCES person (org_id, id)
);
CREATE INDEX check_in_patient ON check_in (org_id, patient_id, at DESC);
CREATE UNIQUE INDEX check_in_once ON check_in (org_id, patient_id, idempotency) WHERE idempotency <> '';
SELECT fence('check_in', 'SELECT', 'INSERT', 'UPDATE');

CREATE TABLE answer (
  org_id          uuid NOT NULL,
  id              uuid NOT NULL,
  check_in_id     uuid NOT NULL,
  question_set_id uuid NOT NULL,
  item            text NOT NULL,
  value           double precision,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, check_in_id, item),
  FOREIGN KEY (org_id, check_in_id) REFERENCES check_in (org_id, id),
  FOREIGN KEY (org_id, question_set_id) REFERENCES question_set (org_id, id)
);
SELECT fence('answer', 'SELECT', 'INSERT');
