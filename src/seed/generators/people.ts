/** 160 given names of many countries, the frequent ones first. */
export const FIRST_NAMES: readonly string[] = Object.freeze(
  `
  Mary James Linda Robert Maria John Patricia Michael Jennifer David Elizabeth William Susan Richard Jessica Joseph Sarah
  Thomas Karen Carlos Anna Daniel Laura Paul Sofia Mark Emma George Julia Kevin Lucas Olivia Peter Nina Victor Clara
  Martin Alice Simon Elena Felix Rosa Oscar Irene Leo Diana Hugo Eva Adam Ingrid Samuel Lucia Noah Marta Erik Helena Ivan
  Vera Omar Amina Ali Fatima Hassan Leila Yusuf Zainab Wei Mei Chen Ling Jun Yan Hiroshi Yuki Kenji Sakura Takeshi Aiko
  Raj Priya Arjun Ananya Vikram Deepa Sanjay Kavita Amit Neha Minh Linh Duc Hoa Kwame Ama Kofi Abena Chinedu Ngozi Emeka
  Ifeoma Thabo Naledi Pedro Ana Joao Beatriz Miguel Ines Diego Camila Mateo Valentina Santiago Isabella Andres Gabriela
  Luca Giulia Marco Chiara Pierre Camille Louis Manon Hans Greta Klaus Heidi Lars Astrid Sven Freja Piotr Zofia Jakub
  Hanna Tomas Tereza Andrei Ioana Dmitri Olga Sergei Natalia Mehmet Ayse Emre Elif Yael Noam Tariq Samira Bruno Renata
  Felipe Juliana Rafael Bianca Nils Maja
  `
    .trim()
    .split(/\s+/),
)

/** 235 family names, likewise. */
export const LAST_NAMES: readonly string[] = Object.freeze(
  `
  Smith Garcia Wang Kumar Silva Johnson Nguyen Li Singh Martin Williams Rodriguez Zhang Sharma Santos Brown Kim Liu Khan
  Fernandez Jones Tran Chen Patel Pereira Miller Lopez Yang Das Costa Davis Gonzalez Zhao Ali Oliveira Wilson Perez Huang
  Gupta Souza Anderson Sanchez Zhou Hussein Ferreira Taylor Ramirez Wu Ahmed Almeida Moore Torres Xu Hassan Ribeiro Thomas
  Flores Sun Ibrahim Carvalho Jackson Rivera Ma Mohamed Gomes White Gomez Zhu Okafor Lima Harris Diaz Hu Mensah Araujo
  Clark Reyes Guo Diallo Barbosa Lewis Cruz He Traore Rocha Walker Morales Lin Kamau Dias Hall Ortiz Gao Ndlovu Nunes
  Young Gutierrez Luo Moyo Moreira Allen Chavez Zheng Sato Cardoso King Ramos Liang Suzuki Teixeira Wright Ruiz Xie
  Takahashi Correia Scott Mendoza Tang Tanaka Cavalcanti Green Castillo Han Watanabe Azevedo Baker Jimenez Cao Ito Melo
  Adams Vargas Deng Yamamoto Campos Nelson Romero Feng Nakamura Freitas Hill Herrera Xiao Kobayashi Schmidt Campbell
  Medina Cheng Kato Weber Mitchell Aguilar Yuan Yoshida Fischer Roberts Rojas Pan Yamada Meyer Carter Delgado Dong Park
  Wagner Phillips Castro Jiang Lee Becker Evans Vega Cai Choi Hoffmann Turner Mendez Jia Jung Schulz Parker Guzman Ding
  Kang Koch Collins Salazar Wei Cho Richter Edwards Soto Xue Yoon Klein Stewart Rossi Ye Jang Wolf Morris Russo Yu Lim
  Neumann Murphy Ferrari Pham Ivanov Novak Cook Bianchi Vo Petrov Horvat Rogers Romano Dang Popov Kovacs Bernard Dubois
  Bui Volkov Nagy Durand Moreau Do Yilmaz Jensen Hansen Larsen Olsen Berg Lund
  `
    .trim()
    .split(/\s+/),
)

/** 256 plain English nouns and adjectives. */
export const WORDS: readonly string[] = Object.freeze(
  `
  account address amount analysis archive balance batch branch bridge budget buffer cache carrier center channel chart
  circle client cloud column contact context control copy counter course current cycle data deal default delay delivery
  demand depth design detail device digit direct draft driver early edge effect energy engine entry error event exact
  export factor field figure filter final flow focus folder force form frame front gain gate goal grade graph grid group
  growth guide handle head history hour image import index input invoice item journal key label ladder layer lead level
  light limit line link list load local lower machine main map margin market master match matrix measure member memory
  message meter method minute mobile model module month motion network node normal note number object offer office open
  option order origin output owner package page panel paper part path pattern payment period phase pipe place plan plant
  point policy pool port power price print process product profile project proof quality quarter query queue quick range
  rate ratio reader record region release remote report request reserve result return review right river role round route
  row sample scale schedule scope screen search second section sector segment sensor series server service session setting
  shape shared sheet shift signal simple single site slot small source space span speed stage standard start state station
  status step stock storage store stream street study subject success summary supply support surface switch system table
  target task team term test text thread ticket time title token tool topic total trace track trade traffic transfer trend
  trial
  `
    .trim()
    .split(/\s+/),
)
