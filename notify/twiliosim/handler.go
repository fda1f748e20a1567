package twiliosim

import "net/http"

// Handler serves Twilio's side, the handsets' side and the web page. The two
// latter need no password, but refuse what another site's page posts.
func (s *Sim) Handler() http.Handler {
	mux := http.NewServeMux()

	const account = "/" + apiVersion + "/Accounts/{account}"
	mux.HandleFunc("POST "+account+"/Messages.json", s.twilio(s.createMessage))
	mux.HandleFunc("GET "+account+"/Messages.json", s.twilio(s.listMessages))
	mux.HandleFunc("GET "+account+"/Messages/{file}", s.twilio(s.fetchMessage))
	mux.HandleFunc("POST "+account+"/Calls.json", s.twilio(s.createCall))
	mux.HandleFunc("GET "+account+"/Calls.json", s.twilio(s.listCalls))
	mux.HandleFunc("GET "+account+"/Calls/{file}", s.twilio(s.fetchCall))
	mux.HandleFunc("/"+apiVersion+"/", notFound)

	own := http.NewServeMux()
	own.HandleFunc("GET /sim/phones", s.getPhones)
	own.HandleFunc("GET /sim/phones/{e164}/messages", s.getTexts)
	own.HandleFunc("POST /sim/phones/{e164}/messages", s.postText)
	own.HandleFunc("GET /sim/phones/{e164}/calls", s.getCalls)
	own.HandleFunc("POST /sim/phones/{e164}/calls", s.postCalls)
	own.HandleFunc("POST /sim/calls/{sid}", s.postCall)
	own.HandleFunc("GET /sim/faults", s.getFaults)
	own.HandleFunc("POST /sim/faults", s.postFault)
	own.HandleFunc("DELETE /sim/faults", s.deleteFaults)
	own.HandleFunc("GET /sim/stats", s.getStats)
	own.HandleFunc("GET /sim/numbers", s.getNumbers)
	own.HandleFunc("POST /sim/numbers", s.postNumber)
	own.HandleFunc("GET /sim/events", s.getEvents)
	own.HandleFunc("GET /sim/clock", s.getClock)
	own.HandleFunc("POST /sim/clock", s.postClock)
	own.HandleFunc("GET /assets/{file}", getAsset)
	own.HandleFunc("GET /{$}", s.getPage)
	mux.Handle("/", http.NewCrossOriginProtection().Handler(own))
	return mux
}
