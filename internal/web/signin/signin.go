// Package signin lets followers and clinicians in: they ask with their phone's
// number, or their email address, a text or an email brings a link, and the link's page has the button. Opening the
// link does nothing, since phones and mail scanners open links too.
package signin

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/auth"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// Store makes and uses sign-in links. Whoever asks for one learns nothing of whose
// number or address it is. The other errors are of code Expired or
// NotFound for a link that leads nowhere, Forbidden for somebody who may no
// longer come in.
type Store interface {
	RequestSignIn(ctx context.Context, phone carenet.Phone, door auth.Door, leadsTo string) ([]carenet.Batch, error)
	RequestSignInByEmail(ctx context.Context, email carenet.Email, door auth.Door, leadsTo string) ([]carenet.Batch, error)
	ShowSignIn(ctx context.Context, token string) (carenet.SignInPage, error)
	SignIn(ctx context.Context, token string) (door auth.Door, session, leadsTo string, err error)
}

// How often a minute a sign-in link may be asked for. For one phone or mailbox:
// enough for a clumsy hand, too few to flood it. From one address many people may
// ask: a clinic's early shift, or a home's families, sit behind one.
const (
	triesOfPhone   = 5
	triesOfAddress = 30
)

// Options are what the pages need beside the store.
type Options struct {
	Region    string // of numbers written without a country (ISO 3166, such as GB)
	Emails    bool   // this service sends emails, so a link may come by one
	Committed func(carenet.Batch)
	// Allow counts one try for an opaque key and says whether it is within so many
	// a minute. The keys are of a client's address and of a number or an email address,
	// hashed with Secret.
	Allow func(ctx context.Context, key string, aMinute int) bool
	// Secret is the deployment's: all its processes count together. Without it, keys of
	// numbers could be computed by anybody who can list them.
	Secret []byte
}

// Handler serves the pages.
type Handler struct {
	Options
	site  *front.Site
	store Store
}

// minSecret is the shortest secret, in bytes, that limits are hashed with.
const minSecret = 32

// New returns the pages' handler.
func New(site *front.Site, store Store, o Options) *Handler {
	if len(o.Secret) < minSecret {
		panic("signin: limits need the deployment's secret")
	}
	return &Handler{Options: o, site: site, store: store}
}

// Mount adds the routes to r, which stands for door.Base.
func (h *Handler) Mount(r fiber.Router, door front.Door) {
	r.Get("/in", func(c *fiber.Ctx) error { return h.show(c, door) })
	r.Post("/in", h.site.Guard, func(c *fiber.Ctx) error { return h.request(c, door) })
	r.Get("/in/:token", func(c *fiber.Ctx) error { return h.confirm(c, door) })
	r.Post("/in/:token", h.site.Guard, func(c *fiber.Ctx) error { return h.use(c, door) })
}

// wanted is the door that is asked for: the followers' when none is.
func wanted(s string) auth.Door {
	if auth.Door(s) == auth.ClinicDoor {
		return auth.ClinicDoor
	}
	return auth.FollowerDoor
}

func (h *Handler) show(c *fiber.Ctx, door front.Door) error {
	v := h.ask(c, door, wanted(c.Query("door")))
	v.signedOut = c.Query("out") == "1"
	v.byEmail = h.Emails && c.Query("by") == byEmail
	v.leadsTo = auth.LeadsTo(v.kind, c.Query("to"))
	return front.Render(c, fiber.StatusOK, askPage(v))
}

// request always ends in the same answer, whether the number is known or not.
func (h *Handler) request(c *fiber.Ctx, door front.Door) error {
	ctx := c.UserContext()
	form := c.Request().PostArgs()
	v := h.ask(c, door, wanted(string(form.Peek("door"))))
	v.phone, v.email = string(form.Peek("phone")), string(form.Peek("email"))
	v.byEmail = h.Emails && form.Has("email")
	v.leadsTo = auth.LeadsTo(v.kind, string(form.Peek("to")))
	if !h.Allow(ctx, h.key("address", h.site.Client(c).String()), triesOfAddress) {
		v.busy = true
		return front.Render(c, fiber.StatusTooManyRequests, askPage(v))
	}
	key, send, fault := h.wish(v)
	if fault != "" {
		v.fault = v.t.Say(fault)
		return front.Render(c, fiber.StatusUnprocessableEntity, askPage(v))
	}
	if h.Allow(ctx, key, triesOfPhone) {
		batches, err := send(ctx)
		for _, b := range batches {
			h.Committed(b)
		}
		if err != nil {
			return err
		}
	}
	return front.Render(c, fiber.StatusOK, sentPage(v))
}

// wish reads where the link is to go; fault says what is wrong with it.
func (h *Handler) wish(v ask) (key string, send func(context.Context) ([]carenet.Batch, error), fault text.Key) {
	if v.byEmail {
		email, err := carenet.ParseEmail(v.email)
		if err != nil {
			return "", nil, text.PageSignInEmailError
		}
		return h.key("email", string(email)), func(ctx context.Context) ([]carenet.Batch, error) {
			return h.store.RequestSignInByEmail(ctx, email, v.kind, v.leadsTo)
		}, ""
	}
	phone, err := carenet.ParsePhone(v.phone, h.Region)
	if err != nil {
		return "", nil, text.PageSignInPhoneError
	}
	return h.key("number", string(phone)), func(ctx context.Context) ([]carenet.Batch, error) {
		return h.store.RequestSignIn(ctx, phone, v.kind, v.leadsTo)
	}, ""
}

// key makes a limit's key that says nothing about what it counts.
func (h *Handler) key(of, subject string) string {
	mac := hmac.New(sha256.New, h.Secret)
	mac.Write([]byte(of + "\x00" + subject))
	return "signin:" + hex.EncodeToString(mac.Sum(nil)[:16])
}

func (h *Handler) confirm(c *fiber.Ctx, door front.Door) error {
	token := string([]byte(c.Params("token")))
	link, err := h.store.ShowSignIn(c.UserContext(), token)
	if err != nil {
		return h.leadsNowhere(c, door, err)
	}
	t := text.For(link.Language)
	title := t.Say(text.PageSignInConfirmTitlePlain)
	if link.Name != "" {
		title = t.Say(text.PageSignInConfirmTitle, text.Data{"Name": link.Name})
	}
	page := front.Frame{Title: title, Organisation: link.Organisation, Audience: ui.ForFollower}.Page(t)
	return front.Render(c, fiber.StatusOK, confirmPage(t, page, door.Base+"/in/"+token))
}

func (h *Handler) use(c *fiber.Ctx, door front.Door) error {
	kind, session, leadsTo, err := h.store.SignIn(c.UserContext(), string([]byte(c.Params("token"))))
	if err != nil {
		return h.leadsNowhere(c, door, err)
	}
	door.Kind = kind
	h.site.SetCookie(c, door, session)
	if path := auth.LeadsTo(kind, leadsTo); path != "" {
		return c.Redirect(door.Base+path, fiber.StatusSeeOther)
	}
	return c.Redirect(door.Home(), fiber.StatusSeeOther)
}

// leadsNowhere answers for a link that is too old, used up or was never one,
// with the way to a new one.
func (h *Handler) leadsNowhere(c *fiber.Ctx, door front.Door, err error) error {
	switch carenet.CodeOf(err) {
	case carenet.Expired, carenet.NotFound, carenet.Forbidden:
	default:
		return err
	}
	t := front.Texts(c)
	page := front.Frame{Title: t.Say(text.PageSignInGoneTitle), Audience: ui.ForFollower}.Page(t)
	return front.Render(c, front.Status(err), gonePage(t, page, door.Base+"/in"))
}

// byEmail is how the address of the page says that an email is to bring the link.
const byEmail = "email"

// ask is the page that asks for the number, or the email address.
type ask struct {
	t         *text.Texts
	page      ui.Page
	base      string
	kind      auth.Door
	phone     string
	email     string
	emails    bool   // a link may come by email
	byEmail   bool   // and is asked for so
	leadsTo   string // the page that its reader was on the way to
	fault     string
	busy      bool
	signedOut bool
}

func (h *Handler) ask(c *fiber.Ctx, door front.Door, kind auth.Door) ask {
	t := front.Texts(c)
	return ask{t: t, base: door.Base, kind: kind, emails: h.Emails, page: front.Frame{Title: t.Say(text.PageSignInTitle), Audience: ui.ForFollower}.Page(t)}
}

// onTheWay carries the page that is wanted through a link of ours.
func (v ask) onTheWay() string {
	if v.leadsTo == "" {
		return ""
	}
	return "&to=" + url.QueryEscape(v.leadsTo)
}

// otherWay is the address of this page, for a link that comes by email or ("") by text.
func (v ask) otherWay(by string) string {
	href := v.base + "/in?door=" + string(v.kind) + v.onTheWay()
	if by != "" {
		href += "&by=" + by
	}
	return href
}

// send is the label of the button.
func (v ask) send() string {
	if v.byEmail {
		return v.t.Say(text.PageSignInSendEmail)
	}
	return v.t.Say(text.PageSignInSend)
}
