-- +goose Up
-- checks_from: since when this service asks silent numbers whose they are; NULL until a
-- worker has seen it. Those that were silent for long by then are asked by and by.
ALTER TABLE organisation ADD COLUMN checks_from timestamptz;
