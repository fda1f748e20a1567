-- +goose Up
-- A restored database does not know what was sent after its backup. restored_to: the
-- instant that it stands at; NULL when the provider's list was compared, or there was
-- nothing to compare.
ALTER TABLE organisation ADD COLUMN restored_to timestamptz;
