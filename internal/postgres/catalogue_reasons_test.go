package postgres_test

// What is let off a rule of the schema, and why. Every line is a decision: add
// one only with a reason that a stranger would accept.

// outside are the tables that belong to no organisation.
var outside = map[string]string{
	"goose_db_version": "which migrations were applied: the migration tool's own",
	"inbound_seen":     "answers before the organisation is known; holds the provider's ids and nothing else",
	"inbound_unrouted": "texts to a number that no organisation has; the body is sealed",
}

// appendOnly are the tables whose rows nobody changes, not even their owner.
var appendOnly = map[string]bool{
	"alert_entry": true, "audit": true, "audit_seal": true, "consent": true, "consent_words": true, "escalation_policy": true, "report": true, "staffed_week": true,
	"pack_version": true, "pack_signature": true, "pack_activation": true, "patient_note": true, "goal_entry": true,
}

// mayDelete are the tables from which the service deletes rows.
var mayDelete = map[string]string{
	"audit_unsealed":   "a waiting list",
	"backtest_match":   "swept 90 days after the back-test; the same pack finds the same again",
	"inbound_seen":     "swept after 30 days",
	"inbound_unrouted": "swept when a human has looked",
	"link":             "swept when it is over",
	"person_name_word": "made anew with the name",
	"session":          "swept when it is over",
}

// columnGrants are the privileges on single columns.
var columnGrants = map[grant]string{
	{"howareyou_app", "UPDATE", "item_answer.words_enc"}:     "sealed again when the data key changes",
	{"howareyou_app", "UPDATE", "alert_entry.note_enc"}:      "sealed again when the data key changes; a trigger allows nothing else",
	{"howareyou_app", "UPDATE", "pack_version.body_enc"}:     "sealed again when the data key changes; a trigger allows nothing else",
	{"howareyou_app", "UPDATE", "pack_signature.note_enc"}:   "sealed again when the data key changes; a trigger allows nothing else",
	{"howareyou_app", "UPDATE", "pack_activation.note_enc"}:  "sealed again when the data key changes; a trigger allows nothing else",
	{"howareyou_app", "UPDATE", "patient_note.note_enc"}:     "sealed again when the data key changes; a trigger allows nothing else",
	{"howareyou_app", "UPDATE", "goal_entry.words_enc"}:      "sealed again when the data key changes; a trigger allows nothing else",
	{"howareyou_app", "UPDATE", "inbound_unrouted.body_enc"}: "sealed again when the data key changes",
}

// uniqueBeyond are the unique indexes across organisations: one organisation
// could learn from a conflict that another has the value.
var uniqueBeyond = map[string]string{
	"sender_number":  "our own numbers: one that two organisations had would mix their people",
	"sender_service": "our own messaging services, likewise",
	"link_token":     "a hash of 128 random bits or more",
	"session_token":  "a hash of 128 random bits or more",
}

// plain are the columns of free text that stay readable, with the reason why
// they hold nothing about a person. What a CHECK limits to a list of words or to
// a shape needs no line here.
var plain = map[string]string{
	"organisation.name":             "the organisation's, on every page",
	"organisation.zone":             zoneName,
	"organisation.emergency_number": "public",
	"organisation.clinic_number":    "public, printed in texts",
	"organisation.staffed_hours":    "public, printed in texts",
	"sender.number":                 "a number of ours, public",
	"sender.messaging_service_sid":  providerID,
	"person.zone":                   zoneName,
	"schedule.rrule":                "a recurrence, compiled before it is stored",
	"schedule.zone":                 zoneName,
	"question_set.code":             ourWord,
	"question_set.items":            "the questions, the same for everyone",
	"question_set.about":            "where the questions come from, the same for everyone",
	"plan_set.rrule":                "a recurrence, compiled before it is stored",
	"easing.rrule_before":           "a recurrence, compiled before it is stored",
	"easing.rrule_after":            "a recurrence, compiled before it is stored",
	"prompt.again_item":             ourWord,
	"item_answer.item":              ourWord,
	"consent.scope":                 ourWord,
	"consent.words_version":         ourWord,
	"consent.actor_kind":            ourWord,
	"consent_words.version":         ourWord,
	"consent_words.words":           "the words that everyone is asked with, without a name in them",
	"open_question.words_version":   ourWord,
	"organisation.staffed_hours_en": "public, printed in texts",
	"organisation.staffed_hours_es": "public, printed in texts",
	"organisation.staffed_hours_ar": "public, printed in texts",
	"organisation.invite_regions":   "codes of countries",
	"check_in.idempotency":          "a random key made by the page",
	"answer.item":                   ourWord,
	"inbound_seen.sid":              providerID,
	"inbound_unrouted.sid":          providerID,
	"inbound_unrouted.to_number":    "the number of ours that was texted; the sender's is in the sealed body",
	"inbound_message.sid":           providerID,
	"inbound_message.kind":          ourWord,
	"inbound_message.reason":        ourWord,
	"inbound_message.flags":         ourWord,
	"said_words.flags":              ourWord,
	"event.kind":                    ourWord,
	"event.detail":                  "ids, words of ours and small numbers",
	"delivery.kind":                 ourWord,
	"delivery.reason":               ourWord,
	"delivery.cause":                ourWord,
	"attempt.sid":                   providerID,
	"attempt.provider_status":       "the provider's word for a state",
	"attempt.class":                 ourWord,
	"attempt.detail":                "our words for what the provider answered",
	"episode.severity":              ourWord,
	"episode.rules":                 ourWord,
	"episode.evidence":              figures,
	"alert.rule_id":                 ourWord,
	"finding.rule_id":               ourWord,
	"finding.pack":                  ourWord,
	"finding.evidence":              figures,
	"alert.severity":                ourWord,
	"alert.evidence":                figures,
	"alert.outcome":                 ourWord,
	"alert_entry.kind":              ourWord,
	"escalation_policy.policy":      "words of ours, times and ids",
	"staffed_week.spans":            "weekdays and minutes",
	"alert_entry.actor_kind":        ourWord,
	"alert_entry.channel":           ourWord,
	"audit.actor_kind":              ourWord,
	"audit.action":                  ourWord,
	"audit.table_name":              ourWord,
	"audit.detail":                  "ids, words of ours and small numbers",
}

const (
	ourWord    = "a word of ours"
	zoneName   = "an IANA zone"
	providerID = "the provider's id"
	figures    = "the figures that fired a rule; access is by row, like the answers"
)

// lookupTells are the columns that a look-up across organisations returns
// beside ids, numbers, times and yes or no.
var lookupTells = map[string]string{
	"lookup_senders.number":      "one of the numbers of ours that were asked about",
	"lookup_sender_services.sid": "one of the messaging services that were asked about",
	"lookup_bound_sids.sid":      "one of the provider's ids that were asked about",
}
