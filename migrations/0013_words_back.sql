-- +goose Up
-- What followers send back, how long they want to hear nothing, and that an
-- unclear answer was asked about once.

-- kind: words for the patient, or that the follower takes care of it.
CREATE TABLE encouragement (
  org_id      uuid NOT NULL,
  id          uuid NOT NULL,
  patient_id  uuid NOT NULL,
  follower_id uuid NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('words', 'on_it')),
  words_enc   bytea,
  at          timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, follower_id) REFERENCES follower (org_id, id)
);
CREATE INDEX encouragement_patient ON encouragement (org_id, patient_id, id);
SELECT fence('encouragement', 'SELECT', 'INSERT', 'UPDATE');

ALTER TABLE follower ADD COLUMN muted_until timestamptz;
ALTER TABLE prompt ADD COLUMN asked_again_at timestamptz;
