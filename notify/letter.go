package notify

// Letters writes the emails of drafts. A Composer that is none has its texts sent as
// they are.
type Letters interface {
	// Letter is the subject of a draft, which says neither how somebody is nor who,
	// and the body, with the address that ends such emails when there is one.
	Letter(d Draft, stop string) (subject, body string, err error)
}
