package front

import (
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// ClinicNav are the clinic's sections, the same on each of its pages, as far as the
// reader may open them. here is the path of the one that the page is in.
func (r Reader) ClinicNav(base, here string) []ui.Link {
	var links []ui.Link
	add := func(path string, label text.Key, icon ui.IconName) {
		links = append(links, ui.Link{Href: base + path, Label: r.Say(label), Icon: icon, Current: path == here})
	}
	add("/clinic", text.PageBoardTitle, ui.IconCircle)
	add("/clinic/words", text.SaidTitle, ui.IconSeen)
	if r.Governs {
		add("/clinic/messages", text.DeskTitle, ui.IconMessage)
		add("/clinic/joining", text.JoinListTitle, ui.IconPerson)
	}
	add("/clinic/rota", text.DutyRotaTitle, ui.IconDay)
	add("/clinic/rules", text.RulesTitle, ui.IconSettings)
	return links
}
