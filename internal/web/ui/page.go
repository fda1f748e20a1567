package ui

// Reading directions, for Page.Dir.
const (
	LTR = "ltr"
	RTL = "rtl"
)

// Audience is whom a page is for; it sets the size of type and the width.
type Audience string

// The audiences. Patients' pages have the largest type.
const (
	ForPatient  Audience = "patient"
	ForFollower Audience = "follower"
	ForClinic   Audience = "clinic"
)

// Page is the frame of a page.
type Page struct {
	Lang         string // BCP 47, of the words on the page
	Dir          string // LTR or RTL
	Title        string
	Organisation string
	Home         string // where the organisation's name leads; empty: it is no link
	Audience     Audience
	Nav          []Link
	Live         bool // loads htmx and the stream's script
	Words        PageWords
}

// PageWords are the words of the frame itself.
type PageWords struct {
	Skip         string // "Skip to the page"
	Menu         string // names the navigation for screen readers
	NotEmergency string // what this service is not, and when it is read
	Call         string // words of the number to call now; empty: none is shown
	CallNumber   string // as dialled
	Offline      string // shown while a live page cannot hear of changes
}

// Link is a way to another page.
type Link struct {
	Href    string
	Label   string
	Icon    IconName
	Current bool // it is the page being read
}
