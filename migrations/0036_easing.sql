-- +goose Up
-- Numbers that are asked by and by, and patients who are asked less often by agreement.

-- checks_from: since when this service asks silent numbers whose they are; NULL until a
-- worker has seen it. Those that were silent for long by then are asked by and by.
ALTER TABLE organisation ADD COLUMN checks_from timestamptz;

-- ease: a patient is asked whether they would like to be asked less often.
ALTER TABLE open_question DROP CONSTRAINT open_question_kind_check;
ALTER TABLE open_question ADD CONSTRAINT open_question_kind_check CHECK (kind IN ('enrol', 'share', 'follow', 'died', 'ease'));
ALTER TABLE open_question DROP CONSTRAINT open_question_check;
ALTER TABLE open_question ADD CONSTRAINT open_question_place_check CHECK ((kind IN ('enrol', 'ease')) = (follower_id IS NULL));

-- ease_look_at: from when on it is weighed again whether that may be offered; NULL: at the
-- next answer.
ALTER TABLE patient ADD COLUMN ease_look_at timestamptz;

-- What was agreed: by which rule the schedule asked before, and asks now. ended_why: worse
-- (they got worse, or silent), asked (they asked for it), staff, and eased (they agreed to
-- still fewer).
CREATE TABLE easing (
  org_id       uuid NOT NULL,
  id           uuid NOT NULL,
  patient_id   uuid NOT NULL,
  schedule_id  uuid NOT NULL,
  question_id  uuid NOT NULL,
  rrule_before text NOT NULL,
  rrule_after  text NOT NULL,
  agreed_at    timestamptz NOT NULL,
  ended_at     timestamptz,
  ended_why    text NOT NULL DEFAULT '' CHECK (ended_why IN ('', 'worse', 'asked', 'staff', 'eased')),
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, schedule_id) REFERENCES schedule (org_id, id),
  FOREIGN KEY (org_id, question_id) REFERENCES open_question (org_id, id),
  CHECK ((ended_at IS NULL) = (ended_why = ''))
);
CREATE UNIQUE INDEX easing_one ON easing (org_id, patient_id) WHERE ended_at IS NULL;
CREATE INDEX easing_patient ON easing (org_id, patient_id, id);
SELECT fence('easing', 'SELECT', 'INSERT', 'UPDATE');

-- The answer to a question that asks for words: value is NULL then, and words_enc where
-- there is something to tell.
ALTER TABLE item_answer ALTER COLUMN value DROP NOT NULL, ADD COLUMN words_enc bytea;
ALTER TABLE item_answer ADD CONSTRAINT item_answer_one CHECK (value IS NULL OR words_enc IS NULL);
GRANT UPDATE (words_enc) ON item_answer TO howareyou_app;
