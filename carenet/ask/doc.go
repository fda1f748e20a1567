// Package ask knows what a patient is asked and when: question sets with their
// versions, and schedules that name the slots of the prompts. It is pure; the
// time comes from the caller.
package ask
