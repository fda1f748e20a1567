package deploy

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// Compose is the part of a compose file that decides how the service runs.
type Compose struct {
	Services map[string]Service
	Volumes  map[string]any
	Networks map[string]Network
	Secrets  map[string]Secret
}

// Service is one container: what it runs, with what, behind what.
type Service struct {
	Image       string
	Build       string
	Entrypoint  []string
	Command     []string
	Environment map[string]string
	Secrets     []string
	Volumes     []string
	Ports       []string
	Networks    []string
	Restart     string
	User        string
	ReadOnly    bool `yaml:"read_only"`
	Tmpfs       []string
	CapDrop     []string             `yaml:"cap_drop"`
	SecurityOpt []string             `yaml:"security_opt"`
	DependsOn   map[string]Waiting   `yaml:"depends_on"`
	Health      Health               `yaml:"healthcheck"`
	Grace       string               `yaml:"stop_grace_period"`
	Extra       map[string]yaml.Node `yaml:",inline"`
}

// Waiting is what a service waits for in another before it starts:
// service_started, service_healthy or service_completed_successfully.
type Waiting struct{ Condition string }

// Health is how the engine asks a container whether it works.
type Health struct {
	Test                           []string
	Interval, Timeout, StartPeriod string
	Retries                        int
}

// Network is one network; an internal one has no way out of the machine.
type Network struct{ Internal bool }

// Secret is a file that services find under /run/secrets.
type Secret struct{ File string }

// Load reads a compose file and fills in its ${NAME}, ${NAME:-default} and
// ${NAME:?why} from lookup, as the engine does from its environment. It fails
// when a variable that the file insists on is missing, and names all of them.
func Load(path string, lookup func(name string) (string, bool)) (*Compose, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(src, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := fill(&doc, lookup); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var c Compose
	if err := doc.Decode(&c); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for name, s := range c.Services {
		for field := range s.Extra {
			return nil, fmt.Errorf("%s: service %s: %q is not read here: add it to Service, so that tests see it", path, name, field)
		}
	}
	return &c, nil
}

// fill replaces the variables in every string of a document.
func fill(n *yaml.Node, lookup func(string) (string, bool)) error {
	var missing []error
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
		value, err := interpolate(n.Value, lookup)
		n.Value = value
		missing = append(missing, err)
	}
	for _, child := range n.Content {
		missing = append(missing, fill(child, lookup))
	}
	return errors.Join(missing...)
}

var variable = regexp.MustCompile(`\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::([-?])([^}]*))?\}`)

func interpolate(s string, lookup func(string) (string, bool)) (string, error) {
	var missing []error
	out := variable.ReplaceAllStringFunc(s, func(found string) string {
		if found == "$$" {
			return "$"
		}
		m := variable.FindStringSubmatch(found)
		name, kind, rest := m[1], m[2], m[3]
		value, _ := lookup(name)
		switch {
		case value != "":
			return value
		case kind == "-":
			return rest
		case kind == "?":
			missing = append(missing, fmt.Errorf("%s is missing: %s", name, rest))
		}
		return ""
	})
	return out, errors.Join(missing...)
}

// Environ is the service's environment as a process takes it, in NAME=value
// form, with the engine's /run/secrets replaced by a folder of this machine.
func (s Service) Environ(secrets string) []string {
	env := make([]string, 0, len(s.Environment))
	for name, value := range s.Environment {
		env = append(env, name+"="+strings.Replace(value, "/run/secrets", secrets, 1))
	}
	return env
}
