-- +goose Up
-- What texts cost: how many parts each took, counted by month, and what a part costs.

-- segments: parts that the text is charged as (3GPP TS 23.038); 0 for calls and emails.
ALTER TABLE attempt ADD COLUMN segments smallint NOT NULL DEFAULT 0;

-- part_price: of one part of a text out, in part_currency (ISO 4217); NULL: not said.
ALTER TABLE organisation
  ADD COLUMN part_price numeric(10, 5) CHECK (part_price > 0),
  ADD COLUMN part_currency text CHECK (part_currency ~ '^[A-Z]{3}$'),
  ADD CONSTRAINT organisation_part_price CHECK ((part_price IS NULL) = (part_currency IS NULL));

-- month: since the year 0, twelve a year, in UTC, as providers charge. The count outlives
-- the texts, which are forgotten.
CREATE TABLE usage_month (
  org_id     uuid NOT NULL REFERENCES organisation,
  month      int  NOT NULL,
  texts      int  NOT NULL,
  parts      int  NOT NULL,
  counted_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, month)
);
SELECT fence('usage_month', 'SELECT', 'INSERT', 'UPDATE');
