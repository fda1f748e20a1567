-- +goose Up
-- Further questions: sets that are asked after the question of how somebody is,
-- and their answers. They are for staff; what followers get is made from the
-- check-in's own answer and knows nothing of these.

ALTER TABLE question_set ADD COLUMN about jsonb NOT NULL DEFAULT '{}';

-- Which sets a patient is asked, on which days of the schedule's slots.
CREATE TABLE plan_set (
  org_id          uuid NOT NULL,
  id              uuid NOT NULL,
  patient_id      uuid NOT NULL,
  question_set_id uuid NOT NULL,
  rrule           text NOT NULL,
  start_day       int  NOT NULL,
  position        int  NOT NULL,
  created_at      timestamptz NOT NULL,
  ended_at        timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, question_set_id) REFERENCES question_set (org_id, id)
);
CREATE INDEX plan_set_patient ON plan_set (org_id, patient_id) WHERE ended_at IS NULL;
SELECT fence('plan_set', 'SELECT', 'INSERT', 'UPDATE');

-- sets: the further sets of this asking, in order, as they stood when it was made.
-- again_item: the one question whose answer was asked for once more.
ALTER TABLE prompt ADD COLUMN sets uuid[] NOT NULL DEFAULT '{}', ADD COLUMN again_item text NOT NULL DEFAULT '';

-- One answer to a further question. A later one to the same item of the same
-- check-in corrects it; both stay.
CREATE TABLE item_answer (
  org_id          uuid NOT NULL,
  id              uuid NOT NULL,
  patient_id      uuid NOT NULL,
  check_in_id     uuid NOT NULL,
  prompt_id       uuid NOT NULL,
  question_set_id uuid NOT NULL,
  item            text NOT NULL,
  value           double precision NOT NULL,
  channel         text NOT NULL CHECK (channel IN ('sms', 'page')),
  inbound_id      uuid,
  local_day       int  NOT NULL,
  at              timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, check_in_id) REFERENCES check_in (org_id, id),
  FOREIGN KEY (org_id, prompt_id) REFERENCES prompt (org_id, id),
  FOREIGN KEY (org_id, question_set_id) REFERENCES question_set (org_id, id)
);
CREATE INDEX item_answer_prompt ON item_answer (org_id, prompt_id);
CREATE INDEX item_answer_patient ON item_answer (org_id, patient_id, local_day);
SELECT fence('item_answer', 'SELECT', 'INSERT');
