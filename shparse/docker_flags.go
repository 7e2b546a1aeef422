package shparse

import (
	"slices"
	"strings"
	"sync"
)

// A subcommand is a row of the table of docker subcommands.
type subcommand struct {
	names string // its spellings, separated by |
	min   int    // least number of arguments
	max   int    // largest number of arguments, or -1
	model func(*call, Command) outcome
	flags string // a flagSpec's names; "+" in front: they end at the first argument
}

// spec returns the flags of s. Those of a group may stand behind the subcommand
// too, where that has none of the name.
func (s subcommand) spec() flagSpec {
	names, first := strings.CutPrefix(s.flags, "+")
	spec := flagSpec{names: names, first: first}
	if strings.Contains(s.names, "buildx ") {
		spec.more = groupFlags.names
	}
	return spec
}

// globalFlags are those in front of the subcommand.
var globalFlags = flagSpec{first: true, names: "config= context,c= debug,D host,H= log-level,l= tls tlscacert= " +
	"tlscert= tlskey= tlsverify version,v"}

// groupFlags are those between a group of subcommands and the subcommand.
var groupFlags = flagSpec{first: true, names: "builder= debug,D"}

// Flags that several rows share. They are those of the legacy builder and of
// buildx in one, since "docker build" may be either.
const (
	buildFlags = "add-host= allow= annotation= attest= build-arg= build-context= builder= cache-from= cache-to= call= " +
		"cgroup-parent= check compress cpu-period= cpu-quota= cpu-shares,c= cpuset-cpus= cpuset-mems= " +
		"debug,D detach disable-content-trust file,f= force-rm iidfile= invoke= isolation= label= load " +
		"memory,m= memory-swap= metadata-file= network= no-cache no-cache-filter= output,o= platform= " +
		"policy= print= progress= provenance= pull push quiet,q resource= rm root= sbom= secret= security-opt= " +
		"server-config= shm-size= squash ssh= stream tag,t= target= ulimit="

	// createFlags are those of create and run alike.
	createFlags = "add-host= annotation= attach,a= blkio-weight= blkio-weight-device= cap-add= cap-drop= cgroup-parent= " +
		"cgroupns= cidfile= cpu-count= cpu-percent= cpu-period= cpu-quota= cpu-rt-period= cpu-rt-runtime= " +
		"cpu-shares,c= cpus= cpuset-cpus= cpuset-mems= detach-keys= device= device-cgroup-rule= " +
		"device-read-bps= device-read-iops= device-write-bps= device-write-iops= disable-content-trust dns= " +
		"dns-option,dns-opt= dns-search= domainname= entrypoint= env,e= env-file= expose= gpus= group-add= " +
		"health-cmd= health-interval= health-retries= health-start-interval= health-start-period= " +
		"health-timeout= hostname,h= init interactive,i io-maxbandwidth= io-maxiops= ip= ip6= ipc= isolation= " +
		"kernel-memory= label,l= label-file= link= link-local-ip= log-driver= log-opt= mac-address= memory,m= " +
		"memory-reservation= memory-swap= memory-swappiness= mount= name= network,net= " +
		"network-alias,net-alias= no-healthcheck oom-kill-disable oom-score-adj= pid= pids-limit= platform= " +
		"privileged publish,p= publish-all,P pull= quiet,q read-only restart= rm runtime= security-opt= " +
		"shm-size= stop-signal= stop-timeout= storage-opt= sysctl= tmpfs= tty,t ulimit= use-api-socket " +
		"user,u= userns= uts= volume,v= volume-driver= volumes-from= workdir,w="
)

// A spelling is what the words of a subcommand are in the table.
type spelling struct {
	row   *subcommand // nil where they are none, or only the beginning of longer ones
	words []string
	group bool // they are the beginning of longer ones
}

// spellings are those that were looked for and found, by their words joined by spaces. A
// map of all would take a short run more time than the few that it looks for.
var spellings struct {
	sync.RWMutex
	found map[string]*spelling
}

// spelled finds path, a subcommand's words joined by spaces.
func spelled(path string) *spelling {
	spellings.RLock()
	s := spellings.found[path]
	spellings.RUnlock()
	if s != nil {
		return s
	}
	s = &spelling{}
	for i := range subcommands {
		for name := range strings.SplitSeq(subcommands[i].names, "|") {
			rest, ok := strings.CutPrefix(name, path)
			switch {
			case ok && rest == "":
				s.row, s.words = &subcommands[i], slices.Clip(strings.Split(name, " "))
			case ok && rest[0] == ' ':
				s.group = true
			}
		}
	}
	if s.row != nil || s.group {
		spellings.Lock()
		defer spellings.Unlock()
		if spellings.found == nil {
			spellings.found = map[string]*spelling{}
		}
		spellings.found[path] = s
	}
	return s
}

// subcommands is the table of what the docker command line takes, from Docker
// 1.13 to 28. Source: the output of "docker SUBCOMMAND --help" and the deprecation
// list of Docker's documentation.
var subcommands = []subcommand{
	{"attach|container attach", 1, 1, dockerStart, "detach-keys= no-stdin sig-proxy"},
	{"build|image build|builder build|buildx build|buildx b", 1, 1, dockerBuild, buildFlags},
	{"builder prune|buildx prune", 0, 0, dockerOther, "" +
		"all,a builder= filter= force,f keep-storage= max-used-space= min-free-space= reserved-space= " +
		"timeout= verbose"},
	{"buildx bake", 0, -1, dockerOpaque, "" +
		"allow= builder= call= check debug,D file,f= jobs,j= list= load metadata-file= no-cache policy= print progress= " +
		"provenance= pull push sbom= set= var= list-targets list-variables"},
	{"buildx create", 0, 1, dockerOther, "" +
		"append bootstrap buildkitd-config= config= buildkitd-flags= driver= driver-opt= leave name= " +
		"node= platform= timeout= use"},
	{"buildx du", 0, -1, dockerOther, "filter= format= timeout= verbose builder="},
	{"buildx imagetools create", 0, -1, dockerOther, "" +
		"annotation= append dry-run file,f= metadata-file= platform,p= prefer-index progress= tag,t= " +
		"builder="},
	{"buildx imagetools inspect", 1, 1, dockerAsk, "format= raw builder="},
	{"buildx inspect", 0, 1, dockerAsk, "bootstrap timeout= builder="},
	{"buildx install", 0, 0, dockerOther, ""},
	{"buildx ls", 0, 0, dockerOther, "format= no-trunc timeout="},
	{"buildx rm", 0, -1, dockerOther, "all-inactive force,f keep-daemon keep-state timeout="},
	{"buildx stop", 0, 1, dockerOther, ""},
	{"buildx uninstall", 0, 0, dockerOther, ""},
	{"buildx use", 1, 1, dockerOther, "default global"},
	{"buildx version", 0, 0, dockerOther, ""},
	{"commit|container commit", 1, 2, dockerCommit, "author,a= change,c= message,m= pause,p"},
	{"compose", 0, -1, dockerCompose, "" +
		"+ansi= all-resources compatibility dry-run env-file= file,f= host,H= no-ansi parallel= profile= " +
		"progress= project-directory= project-name,p= verbose version,v"},
	{"config create", 2, 2, dockerOther, "label,l= template-driver="},
	{"config inspect", 1, -1, dockerAsk, "format,f= pretty"},
	{"config ls|config list", 0, 0, dockerOther, "filter,f= format= quiet,q"},
	{"config rm|config remove", 1, -1, dockerOther, ""},
	{"container prune", 0, 0, dockerPrune, "filter= force,f"},
	{"context create", 1, 1, dockerOther, "default-stack-orchestrator= description= docker= from= kubernetes="},
	{"context export", 1, 2, dockerOther, "kubeconfig"},
	{"context import", 2, 2, dockerOther, ""},
	{"context inspect", 0, -1, dockerAsk, "format,f="},
	{"context ls|context list", 0, 0, dockerOther, "format= quiet,q"},
	{"context rm|context remove", 1, -1, dockerOther, "force,f"},
	{"context show", 0, 0, dockerOther, ""},
	{"context update", 1, 1, dockerOther, "default-stack-orchestrator= description= docker= kubernetes="},
	{"context use", 1, 1, dockerOther, ""},
	{"cp|container cp", 2, 2, dockerCopy, "archive,a follow-link,L quiet,q"},
	{"create|container create", 1, -1, dockerCreate, "+" + createFlags},
	{"diff|container diff", 1, 1, dockerAsk, ""},
	{"events|system events", 0, 0, dockerOther, "filter,f= format= since= until="},
	{"exec|container exec", 2, -1, dockerExec,
		"+detach,d detach-keys= env,e= env-file= interactive,i privileged tty,t user,u= workdir,w="},
	{"export|container export", 1, 1, dockerExport, "output,o="},
	{"history|image history", 1, 1, dockerAsk, "format= human,H no-trunc platform= quiet,q"},
	{"image prune", 0, 0, dockerOther, "all,a filter= force,f"},
	{"images|image ls|image list", 0, 1, dockerList, "all,a digests filter,f= format= no-trunc quiet,q tree"},
	{"import|image import", 1, 2, dockerImport, "change,c= message,m= platform="},
	{"info|system info", 0, 0, dockerOther, "format,f="},
	{"inspect|container inspect|image inspect", 1, -1, dockerAsk, "format,f= platform= size,s type="},
	{"kill|container kill", 1, -1, dockerStart, "signal,s="},
	{"load|image load", 0, 0, dockerLoad, "input,i= platform= quiet,q"},
	{"login", 0, 1, dockerOther, "email,e= password,p= password-stdin username,u="},
	{"logout", 0, 1, dockerOther, ""},
	{"logs|container logs", 1, 1, dockerStart, "details follow,f since= tail,n= timestamps,t until="},
	{"manifest annotate", 2, 2, dockerOther, "arch= os= os-features= os-version= variant="},
	{"manifest create", 2, -1, dockerOther, "amend,a insecure"},
	{"manifest inspect", 1, 2, dockerAsk, "insecure verbose,v"},
	{"manifest push", 1, 1, dockerOther, "insecure purge,p"},
	{"manifest rm", 1, -1, dockerOther, ""},
	{"network connect", 2, 2, dockerOther, "alias= driver-opt= gw-priority= ip= ip6= link= link-local-ip="},
	{"network create", 1, 1, dockerOther, "" +
		"attachable aux-address= config-from= config-only driver,d= gateway= ingress internal ip-range= " +
		"ipam-driver= ipam-opt= ipv4 ipv6 label= opt,o= scope= subnet="},
	{"network disconnect", 2, 2, dockerOther, "force,f"},
	{"network inspect", 1, -1, dockerAsk, "format,f= verbose,v"},
	{"network ls|network list", 0, 0, dockerOther, "filter,f= format= no-trunc quiet,q"},
	{"network prune", 0, 0, dockerOther, "filter= force,f"},
	{"network rm|network remove", 1, -1, dockerOther, "force,f"},
	{"node demote", 1, -1, dockerOther, ""},
	{"node inspect", 1, -1, dockerAsk, "format,f= pretty"},
	{"node ls|node list", 0, 0, dockerOther, "filter,f= format= quiet,q"},
	{"node promote", 1, -1, dockerOther, ""},
	{"node ps", 0, -1, dockerOther, "filter,f= format= no-resolve no-trunc quiet,q"},
	{"node rm|node remove", 1, -1, dockerOther, "force,f"},
	{"node update", 1, 1, dockerOther, "availability= label-add= label-rm= role="},
	{"pause|container pause", 1, -1, dockerStart, ""},
	{"plugin create", 2, 2, dockerOther, "compress"},
	{"plugin disable", 1, 1, dockerOther, "force,f"},
	{"plugin enable", 1, 1, dockerOther, "timeout="},
	{"plugin inspect", 1, -1, dockerAsk, "format,f="},
	{"plugin install", 1, -1, dockerOther, "alias= disable disable-content-trust grant-all-permissions"},
	{"plugin ls|plugin list", 0, 0, dockerOther, "filter,f= format= no-trunc quiet,q"},
	{"plugin push", 1, 1, dockerOther, "disable-content-trust"},
	{"plugin rm|plugin remove", 1, -1, dockerOther, "force,f"},
	{"plugin set", 2, -1, dockerOther, ""},
	{"plugin upgrade", 1, 2, dockerOther, "disable-content-trust grant-all-permissions skip-remote-check"},
	{"port|container port", 1, 2, dockerAsk, ""},
	{"ps|container ls|container ps|container list", 0, 0, dockerPS,
		"all,a filter,f= format= last,n= latest,l no-trunc quiet,q size,s"},
	{"pull|image pull", 1, 1, dockerPull, "all-tags,a disable-content-trust platform= quiet,q"},
	{"push|image push", 1, 1, dockerPush, "all-tags,a disable-content-trust platform= quiet,q"},
	{"rename|container rename", 2, 2, dockerRename, ""},
	{"restart|container restart", 1, -1, dockerStart, "signal,s= timeout,t,time="},
	{"rm|container rm|container remove", 1, -1, dockerRemove, "force,f link,l volumes,v"},
	{"rmi|image rm|image remove", 1, -1, dockerRemoveImage, "force,f no-prune platform="},
	{"run|container run", 1, -1, dockerRun, "+" + createFlags + " detach,d sig-proxy"},
	{"save|image save", 1, -1, dockerSave, "output,o= platform="},
	{"search", 1, 1, dockerOther, "automated filter,f= format= limit= no-trunc stars,s="},
	{"secret create", 1, 2, dockerOther, "driver,d= label,l= template-driver="},
	{"secret inspect", 1, -1, dockerAsk, "format,f= pretty"},
	{"secret ls|secret list", 0, 0, dockerOther, "filter,f= format= quiet,q"},
	{"secret rm|secret remove", 1, -1, dockerOther, ""},
	{"service create", 1, -1, dockerOther, "" +
		"+cap-add= cap-drop= config= constraint= container-label= credential-spec= detach,d dns= " +
		"dns-option= dns-search= endpoint-mode= entrypoint= env,e= env-file= generic-resource= group= " +
		"health-cmd= health-interval= health-retries= health-start-interval= health-start-period= health-timeout= host= " +
		"hostname= init isolation= label,l= limit-cpu= limit-memory= limit-pids= log-driver= log-opt= " +
		"max-concurrent= mode= mount= name= network= no-healthcheck no-resolve-image oom-score-adj= placement-pref= " +
		"publish,p= quiet,q read-only replicas= replicas-max-per-node= reserve-cpu= reserve-memory= " +
		"restart-condition= restart-delay= restart-max-attempts= restart-window= rollback-delay= " +
		"rollback-failure-action= rollback-max-failure-ratio= rollback-monitor= rollback-order= " +
		"rollback-parallelism= secret= stop-grace-period= stop-signal= sysctl= tty,t ulimit= " +
		"update-delay= update-failure-action= update-max-failure-ratio= update-monitor= update-order= " +
		"update-parallelism= user,u= with-registry-auth workdir,w="},
	{"service inspect", 1, -1, dockerAsk, "format,f= pretty"},
	{"service logs", 1, 1, dockerOther,
		"details follow,f no-resolve no-task-ids no-trunc raw since= tail,n= timestamps,t"},
	{"service ls|service list", 0, 0, dockerOther, "filter,f= format= quiet,q"},
	{"service ps", 1, -1, dockerOther, "filter,f= format= no-resolve no-trunc quiet,q"},
	{"service rm|service remove", 1, -1, dockerOther, ""},
	{"service rollback", 1, 1, dockerOther, "detach,d quiet,q"},
	{"service scale", 1, -1, dockerOther, "detach,d"},
	{"service update", 1, 1, dockerOther, "" +
		"args= cap-add= cap-drop= config-add= config-rm= constraint-add= constraint-rm= " +
		"container-label-add= container-label-rm= credential-spec= detach,d dns-add= dns-option-add= " +
		"dns-option-rm= dns-rm= dns-search-add= dns-search-rm= endpoint-mode= entrypoint= env-add= " +
		"env-rm= force generic-resource-add= generic-resource-rm= group-add= group-rm= health-cmd= " +
		"health-interval= health-retries= health-start-interval= health-start-period= health-timeout= host-add= host-rm= " +
		"hostname= image= init isolation= label-add= label-rm= limit-cpu= limit-memory= limit-pids= " +
		"log-driver= log-opt= max-concurrent= mount-add= mount-rm= network-add= network-rm= " +
		"no-healthcheck no-resolve-image oom-score-adj= placement-pref-add= placement-pref-rm= publish-add= publish-rm= " +
		"quiet,q read-only replicas= replicas-max-per-node= reserve-cpu= reserve-memory= " +
		"restart-condition= restart-delay= restart-max-attempts= restart-window= rollback " +
		"rollback-delay= rollback-failure-action= rollback-max-failure-ratio= rollback-monitor= " +
		"rollback-order= rollback-parallelism= secret-add= secret-rm= stop-grace-period= stop-signal= " +
		"sysctl-add= sysctl-rm= tty,t ulimit-add= ulimit-rm= update-delay= update-failure-action= " +
		"update-max-failure-ratio= update-monitor= update-order= update-parallelism= user,u= " +
		"with-registry-auth workdir,w="},
	{"stack config", 0, 0, dockerOther, "compose-file,c= skip-interpolation"},
	{"stack deploy|stack up", 1, 1, dockerOther, "" +
		"bundle-file= compose-file,c= detach,d namespace= prune quiet,q resolve-image= " +
		"with-registry-auth"},
	{"stack ls|stack list", 0, 0, dockerOther, "format="},
	{"stack ps", 1, 1, dockerOther, "filter,f= format= no-resolve no-trunc quiet,q"},
	{"stack rm|stack remove|stack down", 1, -1, dockerOther, "detach,d"},
	{"stack services", 1, 1, dockerOther, "filter,f= format= quiet,q"},
	{"start|container start", 1, -1, dockerStart,
		"attach,a checkpoint= checkpoint-dir= detach-keys= interactive,i"},
	{"stats|container stats", 0, -1, dockerAsk, "all,a format= no-stream no-trunc"},
	{"stop|container stop", 1, -1, dockerStart, "signal,s= timeout,t,time="},
	{"swarm ca", 0, 0, dockerOther, "ca-cert= ca-key= cert-expiry= detach,d external-ca= quiet,q rotate"},
	{"swarm init", 0, 0, dockerOther, "" +
		"advertise-addr= autolock availability= cert-expiry= data-path-addr= data-path-port= " +
		"default-addr-pool= default-addr-pool-mask-length= dispatcher-heartbeat= external-ca= " +
		"force-new-cluster listen-addr= max-snapshots= snapshot-interval= task-history-limit="},
	{"swarm join", 1, 1, dockerOther, "advertise-addr= availability= data-path-addr= listen-addr= token="},
	{"swarm join-token", 1, 1, dockerOther, "quiet,q rotate"},
	{"swarm leave", 0, 0, dockerOther, "force,f"},
	{"swarm unlock", 0, 0, dockerOther, ""},
	{"swarm unlock-key", 0, 0, dockerOther, "quiet,q rotate"},
	{"swarm update", 0, 0, dockerOther, "" +
		"autolock cert-expiry= dispatcher-heartbeat= external-ca= max-snapshots= snapshot-interval= " +
		"task-history-limit="},
	{"system df", 0, 0, dockerOther, "format= verbose,v"},
	{"system prune", 0, 0, dockerPrune, "all,a filter= force,f volumes"},
	{"tag|image tag", 2, 2, dockerTag, "force,f"}, // the flag of Docker before 1.12
	{"top|container top", 1, -1, dockerAsk, "+"},
	{"trust inspect", 1, -1, dockerAsk, "pretty"},
	{"trust key generate", 1, 1, dockerOther, "dir="},
	{"trust key load", 1, 1, dockerOther, "name="},
	{"trust revoke", 1, 1, dockerOther, "yes,y"},
	{"trust sign", 1, 1, dockerOther, "local"},
	{"trust signer add", 2, -1, dockerOther, "key="},
	{"trust signer remove", 2, -1, dockerOther, "force,f"},
	{"unpause|container unpause", 1, -1, dockerStart, ""},
	{"update|container update", 1, -1, dockerOther, "" +
		"blkio-weight= cpu-period= cpu-quota= cpu-rt-period= cpu-rt-runtime= cpu-shares,c= cpus= " +
		"cpuset-cpus= cpuset-mems= kernel-memory= memory,m= memory-reservation= memory-swap= pids-limit= " +
		"restart="},
	{"version", 0, 0, dockerOther, "format,f= kubeconfig="},
	{"volume create", 0, 1, dockerOther, "" +
		"availability= driver,d= group= label= limit-bytes= name= opt,o= required-bytes= scope= secret= " +
		"sharing= topology-preferred= topology-required= type="},
	{"volume inspect", 1, -1, dockerAsk, "format,f="},
	{"volume ls|volume list", 0, 0, dockerOther, "cluster filter,f= format= quiet,q"},
	{"volume prune", 0, 0, dockerOther, "all,a filter= force,f"},
	{"volume rm|volume remove", 1, -1, dockerOther, "force,f"},
	{"volume update", 0, 1, dockerOther, "availability="},
	{"wait|container wait", 1, -1, dockerStart, ""},
}
