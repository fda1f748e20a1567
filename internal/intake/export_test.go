package intake

// SpoolFile is what a spool needs of a file.
type SpoolFile = spoolFile

// OnDisk wraps each new file of a spool.
func OnDisk(s *Spool, wrap func(SpoolFile) SpoolFile) {
	create := s.files
	s.files = func(path string) (spoolFile, error) {
		f, err := create(path)
		if err != nil {
			return nil, err
		}
		return wrap(f), nil
	}
}
