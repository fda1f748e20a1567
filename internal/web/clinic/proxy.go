package clinic

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/notify/text"
)

// answersView is who answers for a patient, on their page.
type answersView struct {
	title  string
	places []answersPlace
	bases  []option
}

// answersPlace is a follower who answers, or could.
type answersPlace struct {
	id, name, action string
	may              string // by what right they do; "" when they do not
	relations        []option
}

var basisWords = map[carenet.Basis]text.Key{
	carenet.BasisPatient: text.ProxyBasisPatient, carenet.BasisAttorney: text.ProxyBasisAttorney, carenet.BasisInterest: text.ProxyBasisInterest,
}

func newAnswers(r front.Reader, base string, p carenet.PatientPage) answersView {
	v := answersView{title: r.Say(text.ProxyStaffTitle, text.Data{"Name": carenet.FirstName(p.Name)})}
	for _, b := range carenet.Bases {
		v.bases = append(v.bases, option{value: string(b), label: r.Say(basisWords[b])})
	}
	if p.State != "" && p.State != "active" && p.State != "in_hospital" {
		return v
	}
	for _, f := range p.Circle {
		x := answersPlace{id: f.Follower.String(), name: f.Name, action: patientURL(base, p.Patient) + "/answers/" + f.Follower.String()}
		if f.Proxy.Stands() {
			x.may = r.Say(text.ProxyStaffMay, text.Data{"Basis": r.Say(basisWords[f.Proxy.Basis]), "By": f.Proxy.By, "When": r.On(f.Proxy.At)})
		}
		x.relations = []option{{value: "", label: r.Say(text.ProxyRelationNone)}}
		for _, rel := range carenet.Relations {
			x.relations = append(x.relations, option{string(rel), r.Say(front.RelationWords[rel]), rel == f.Proxy.Relation})
		}
		v.places = append(v.places, x)
	}
	return v
}

// letAnswer notes by what right a follower answers for a patient, or that they do no more.
// What is not one of the bases notes nothing.
func (h *Handler) letAnswer(c *fiber.Ctx) error {
	patient, err := pathID(c)
	if err != nil {
		return err
	}
	follower, err := carenet.ParseID(string([]byte(c.Params("follower"))))
	if err != nil {
		return carenet.Errorf(carenet.NotFound, "read address", "there is nobody like that in this circle")
	}
	form := c.Request().PostArgs()
	a := carenet.Authority{Basis: carenet.Basis(string(form.Peek("basis"))), Relation: carenet.RelationOf(string(form.Peek("relation")))}
	var batch carenet.Batch
	switch {
	case string(form.Peek("end")) == "yes":
		batch, err = h.store.EndProxy(c.UserContext(), front.Actor(c), patient, follower)
	case slices.Contains(carenet.Bases, a.Basis):
		batch, err = h.store.SetProxy(c.UserContext(), front.Actor(c), patient, follower, a)
	default:
		return h.showPatient(c, fiber.StatusUnprocessableEntity, patient, carenet.NilID)
	}
	if err != nil {
		return err
	}
	h.committed(batch)
	return c.Redirect(patientURL(base(c), patient)+"#answers", fiber.StatusSeeOther)
}
